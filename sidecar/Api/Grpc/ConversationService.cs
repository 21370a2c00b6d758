using Dapr.Client.Autogen.Grpc.v1;
using Grpc.Core;
using static Sidecar.Api.Grpc.DaprService;

#pragma warning disable CS0612 // the older version of the API, which daprd supports as well

namespace Sidecar.Api.Grpc;

/// <summary>The conversation building block over gRPC.</summary>
[BindServiceMethod(typeof(ConversationService), nameof(Bind))]
internal class ConversationService
{
    public static void Bind(ServiceBinderBase binder, ConversationService service)
    {
        Unary<ConversationRequest, ConversationResponse>(binder, nameof(ConverseAlpha1));
        Unary<ConversationRequestAlpha2, ConversationResponseAlpha2>(binder, nameof(ConverseAlpha2));
    }

    public virtual Task<ConversationResponse> ConverseAlpha1(ConversationRequest request, ServerCallContext context) =>
        Of(context).Blocks.Conversation.AnswerAsync(request, context.CancellationToken);

    public virtual Task<ConversationResponseAlpha2> ConverseAlpha2(ConversationRequestAlpha2 request, ServerCallContext context) =>
        Of(context).Blocks.Conversation.AnswerAsync(request, context.CancellationToken);
}
