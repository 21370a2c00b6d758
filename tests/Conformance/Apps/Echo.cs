using System.Collections.Concurrent;
using System.Globalization;
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

    /// <summary>The number of times that any app of this process received each text.</summary>
    public static ConcurrentDictionary<string, int> Said { get; } = new();

    public virtual Task<StringValue> Say(StringValue request, ServerCallContext context)
    {
        var times = Said.AddOrUpdate(request.Value, 1, (_, before) => before + 1);
        // "code 14 until 3 ...": fails with the code, the third time no more.
        return request.Value.Split(' ') is ["code", var code, "until", var until, ..]
            ? times < int.Parse(until, CultureInfo.InvariantCulture)
                ? throw new RpcException(new Status((StatusCode)int.Parse(code, CultureInfo.InvariantCulture), $"attempt {times}"))
                : Task.FromResult(request)
            : Answer(request, context);
    }

    private static Task<StringValue> Answer(StringValue request, ServerCallContext context) =>
        request.Value == "deadline" ? Task.FromResult(new StringValue { Value = $"{context.Deadline < DateTime.MaxValue}" })
        : request.Value.StartsWith("fail ", StringComparison.Ordinal)
            ? throw new RpcException(new Status(StatusCode.AlreadyExists, request.Value))
        : Task.FromResult(new StringValue { Value = $"{request.Value} from {context.RequestHeaders.GetValue("dapr-caller-app-id")}" });

    public virtual async Task Chat(
        IAsyncStreamReader<StringValue> requests,
        IServerStreamWriter<StringValue> responses,
        ServerCallContext context
    )
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
