using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Sidecar.Failures;

namespace Sidecar.Api.Http;

/// <summary>Bodies that are the gRPC messages as JSON.</summary>
internal static class ProtoBody
{
    /// <summary>The message types that may be inside an <c>Any</c>.</summary>
    private static readonly TypeRegistry Known = TypeRegistry.FromFiles(
        StructReflection.Descriptor,
        WrappersReflection.Descriptor,
        DurationReflection.Descriptor,
        TimestampReflection.Descriptor,
        EmptyReflection.Descriptor
    );
    private static readonly JsonParser Parser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true).WithTypeRegistry(Known));
    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithTypeRegistry(Known));

    public static T Parse<T>(byte[] body)
        where T : IMessage<T>, new()
    {
        try
        {
            return body.Length == 0 ? new T() : Parser.Parse<T>(Encoding.UTF8.GetString(body));
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidJsonException or InvalidOperationException)
        {
            throw DaprErrors.MalformedBody(e.Message);
        }
    }

    public static Task WriteAsync(HttpContext context, IMessage message)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(Formatter.Format(message), context.RequestAborted);
    }
}
