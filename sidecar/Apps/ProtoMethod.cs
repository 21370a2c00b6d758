using Google.Protobuf;
using Grpc.Core;

namespace Sidecar.Apps;

/// <summary>
/// Describes gRPC methods by name. The package Dapr.Protos has Dapr's messages, but server stubs only for the app's side and client stubs
/// only for the sidecar's; the other two sides are bound through these.
/// </summary>
internal static class ProtoMethod
{
    public static Method<TRequest, TResponse> Create<TRequest, TResponse>(string service, string name, MethodType type = MethodType.Unary)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() => new(type, service, name, Marshal<TRequest>(), Marshal<TResponse>());

    private static Marshaller<T> Marshal<T>()
        where T : class, IMessage<T>, new()
    {
        var parser = new MessageParser<T>(() => new T());
        return new Marshaller<T>(
            (message, context) =>
            {
                context.SetPayloadLength(message.CalculateSize());
                message.WriteTo(context.GetBufferWriter());
                context.Complete();
            },
            context => parser.ParseFrom(context.PayloadAsReadOnlySequence())
        );
    }
}
