using Dapr.Client.Autogen.Grpc.v1;
using Grpc.Core;

#pragma warning disable CS0612 // the older version of the API, which daprd answers as well

namespace Sidecar.Api.Grpc;

internal partial class DaprService
{
    private static void BindConversation(ServiceBinderBase binder)
    {
        Unary<ConversationRequest, ConversationResponse>(binder, nameof(ConverseAlpha1));
        Unary<ConversationRequestAlpha2, ConversationResponseAlpha2>(binder, nameof(ConverseAlpha2));
    }

    public virtual Task<ConversationResponse> ConverseAlpha1(ConversationRequest request, ServerCallContext context) => Of(context).Blocks.Conversation.AnswerAsync(request, context.CancellationToken);

    public virtual Task<ConversationResponseAlpha2> ConverseAlpha2(ConversationRequestAlpha2 request, ServerCallContext context) => Of(context).Blocks.Conversation.AnswerAsync(request, context.CancellationToken);
}
