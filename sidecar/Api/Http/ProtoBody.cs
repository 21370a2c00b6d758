using System.Text;
using Google.Protobuf;

namespace Sidecar.Api.Http;

/// <summary>Bodies that are the gRPC messages as JSON.</summary>
internal static class ProtoBody
{
    private static readonly JsonParser Json = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    public static T Parse<T>(byte[] body) where T : IMessage<T>, new()
    {
        try
        {
            return body.Length == 0 ? new T() : Json.Parse<T>(Encoding.UTF8.GetString(body));
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidJsonException)
        {
            throw DaprErrors.MalformedBody(e.Message);
        }
    }
}
