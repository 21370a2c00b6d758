using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Conformance.Apps;

/// <summary>A service of the app's own, for calls that the sidecar proxies: text there, text back.</summary>
[BindServiceMethod(typeof(Echo), nameof(Bind))]
internal class Echo
{
    private const string Service = "conformance.Echo";

    public static readonly Method<StringValue, StringValue> SayMethod = Describe(MethodType.Unary, nameof(Say));
    public static readonly Method<StringValue, StringValue> ChatMethod = Describe(MethodType.DuplexStreaming, nameof(Chat));

    public static void Bind(ServiceBinderBase binder, Echo? service)
    {
        binder.AddMethod(SayMethod, service is null ? null : new UnaryServerMethod<StringValue, StringValue>(service.Say));
        binder.AddMethod(ChatMethod, service is null ? null : new DuplexStreamingServerMethod<StringValue, StringValue>(service.Chat));
    }

    public virtual Task<StringValue> Say(StringValue request, ServerCallContext context)
        => request.Value.StartsWith("fail ", StringComparison.Ordinal)
            ? throw new RpcException(new Status(StatusCode.AlreadyExists, request.Value))
            : Task.FromResult(new StringValue { Value = $"{request.Value} from {context.RequestHeaders.GetValue("dapr-caller-app-id")}" });

    public virtual async Task Chat(IAsyncStreamReader<StringValue> requests, IServerStreamWriter<StringValue> responses, ServerCallContext context)
    {
        await foreach (var request in requests.ReadAllAsync())
        {
            await responses.WriteAsync(new StringValue { Value = "re: " + request.Value });
        }
    }

    private static Method<StringValue, StringValue> Describe(MethodType type, string name)
    {
        var text = Marshallers.Create(message => message.ToByteArray(), StringValue.Parser.ParseFrom);
        return new Method<StringValue, StringValue>(type, Service, name, text, text);
    }
}
