using Dapr.Client.Autogen.Grpc.v1;
using Sidecar.Failures;
using Sidecar.Http;

#pragma warning disable CS0612 // the older version of the API, which daprd supports as well

namespace Sidecar.Api.Http;

/// <summary>Conversations over HTTP. Bodies are the gRPC messages as JSON.</summary>
internal static class ConversationEndpoints
{
    public static void MapConversation(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1.0-alpha1/conversation/{component}/converse", ConverseAlpha1Async);
        routes.MapPost("/v1.0-alpha2/conversation/{component}/converse", ConverseAlpha2Async);
    }

    private static async Task ConverseAlpha1Async(HttpContext context)
    {
        var request = ProtoBody.Parse<ConversationRequest>(await context.Request.BodyAsync(DaprErrors.BodyUnread));
        request.Name = context.Route("component");
        await ProtoBody.WriteAsync(context, await context.Sidecar().Blocks.Conversation.AnswerAsync(request, context.RequestAborted));
    }

    private static async Task ConverseAlpha2Async(HttpContext context)
    {
        var request = ProtoBody.Parse<ConversationRequestAlpha2>(await context.Request.BodyAsync(DaprErrors.BodyUnread));
        request.Name = context.Route("component");
        await ProtoBody.WriteAsync(context, await context.Sidecar().Blocks.Conversation.AnswerAsync(request, context.RequestAborted));
    }
}
