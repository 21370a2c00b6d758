using Conformance.Running;
using Google.Protobuf;
using Grpc.Core;

namespace Conformance.Workflows;

/// <summary>Unary calls of the task hub, for requests and fields that the SDK hides.</summary>
internal static class TaskHub
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static AsyncUnaryCall<TResponse> Call<TRequest, TResponse>(TestedSidecar sidecar, string method, TRequest request)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() =>
        sidecar
            .Channel.CreateCallInvoker()
            .AsyncUnaryCall(
                new Method<TRequest, TResponse>(MethodType.Unary, "TaskHubSidecarService", method, Of<TRequest>(), Of<TResponse>()),
                null,
                new CallOptions(deadline: TimeProvider.System.GetUtcNow().Add(Limit).UtcDateTime),
                request
            );

    private static Marshaller<T> Of<T>()
        where T : class, IMessage<T>, new()
    {
        var parser = new MessageParser<T>(() => new T());
        return Marshallers.Create(message => message.ToByteArray(), parser.ParseFrom);
    }
}
