using Dapr.Client.Autogen.Grpc.v1;
using Sidecar.Conversation;
using Sidecar.Failures;

#pragma warning disable CS0612 // the older version of the API, which daprd supports as well

namespace Sidecar.Api;

/// <summary>
/// Maps the messages of the conversation API, which HTTP carries as JSON. Source: Dapr docs, "Conversation API reference".
/// </summary>
internal static class ConversationMessages
{
    private static readonly string[] Choices = ["", "auto", "none"];

    public static async Task<ConversationResponse> AnswerAsync(
        this ConversationApi api,
        ConversationRequest request,
        CancellationToken cancellation
    )
    {
        api.Demand(request.Name);
        if (request.Inputs.Count == 0)
        {
            throw ConversationErrors.InputsMissing(request.Name);
        }
        var parts = request.Inputs.Select(input => new TextPart(Scrubbed(input.Content, input.ScrubPII))).ToList();
        var answer = await api.ConverseAsync(request.Name, new ConversationTurn(parts, []), cancellation);
        var response = new ConversationResponse
        {
            Outputs =
            {
                new ConversationResult { Result = Scrubbed(answer.Content, request.ScrubPII), Parameters = { request.Parameters } },
            },
        };
        if (request.ContextID.Length > 0)
        {
            response.ContextID = request.ContextID;
        }
        return response;
    }

    public static async Task<ConversationResponseAlpha2> AnswerAsync(
        this ConversationApi api,
        ConversationRequestAlpha2 request,
        CancellationToken cancellation
    )
    {
        api.Demand(request.Name);
        if (request.Inputs.Count == 0)
        {
            throw ConversationErrors.InputsMissing(request.Name);
        }
        var parts = request
            .Inputs.SelectMany(input => input.Messages.SelectMany(message => Parts(request.Name, message, input.ScrubPii)))
            .ToList();
        DemandToolChoice(request);
        var tools = request
            .Tools.Where(tool => tool.Function is not null)
            .Select(tool => new ConversationTool(tool.Function.Name, tool.Function.Parameters))
            .ToList();
        var answer = await api.ConverseAsync(request.Name, new ConversationTurn(parts, tools), cancellation);
        var response = new ConversationResponseAlpha2 { Outputs = { Result(answer, request.ScrubPii) } };
        if (request.ContextId.Length > 0)
        {
            response.ContextId = request.ContextId;
        }
        return response;
    }

    private static IEnumerable<ConversationPart> Parts(string component, ConversationMessage message, bool scrub) =>
        message.MessageTypesCase switch
        {
            ConversationMessage.MessageTypesOneofCase.OfDeveloper => Texts(message.OfDeveloper.Content, scrub),
            ConversationMessage.MessageTypesOneofCase.OfSystem => Texts(message.OfSystem.Content, scrub),
            ConversationMessage.MessageTypesOneofCase.OfUser => Texts(message.OfUser.Content, scrub),
            ConversationMessage.MessageTypesOneofCase.OfAssistant =>
            [
                .. Texts(message.OfAssistant.Content, scrub),
                .. message.OfAssistant.ToolCalls.Select(call => Call(component, call)),
            ],
            ConversationMessage.MessageTypesOneofCase.OfTool => message.OfTool.Content.Select(content => new ToolAnswer(
                message.OfTool.ToolId,
                message.OfTool.Name,
                Scrubbed(content.Text, scrub)
            )),
            _ => throw ConversationErrors.ParametersInvalid(component, "message type cannot be nil", "*errors.errorString"),
        };

    private static IEnumerable<ConversationPart> Texts(IEnumerable<ConversationMessageContent> contents, bool scrub) =>
        contents.Select(content => new TextPart(Scrubbed(content.Text, scrub)));

    private static ToolCall Call(string component, ConversationToolCalls call) =>
        call.Function is { } function
            ? new ToolCall(call.Id, function.Name, function.Arguments)
            : throw ConversationErrors.ParametersInvalid(component, "tool types cannot be nil", "*errors.errorString");

    private static void DemandToolChoice(ConversationRequestAlpha2 request)
    {
        const string Possible = "'auto', 'none', 'required', or a specific tool name matching the tools available to be used";
        if (request.ToolChoice == "required" && request.Tools.Count == 0)
        {
            throw ConversationErrors.ParametersInvalid(request.Name, $"tool choice must be {Possible}");
        }
        if (
            request.ToolChoice != "required"
            && !Choices.Contains(request.ToolChoice, StringComparer.Ordinal)
            && request.Tools.Count > 0
            && request.Tools.All(tool => tool.Function?.Name != request.ToolChoice)
        )
        {
            throw ConversationErrors.ParametersInvalid(request.Name, $"tool choice selected was not found. Must be {Possible}");
        }
    }

    private static ConversationResultAlpha2 Result(ConversationAnswer answer, bool scrub)
    {
        var message = new ConversationResultMessage { Content = Scrubbed(answer.Content, scrub) };
        foreach (var call in answer.ToolCalls)
        {
            var toolCall = new ConversationToolCalls
            {
                Function = new ConversationToolCallsOfFunction { Name = call.Name, Arguments = call.Arguments },
            };
            if (call.Id.Length > 0)
            {
                toolCall.Id = call.Id;
            }
            message.ToolCalls.Add(toolCall);
        }
        return new ConversationResultAlpha2
        {
            Choices =
            {
                new ConversationResultChoices { FinishReason = answer.FinishReason, Message = message },
            },
            Usage = new ConversationResultAlpha2CompletionUsage
            {
                CompletionTokens = answer.Tokens,
                PromptTokens = answer.Tokens,
                TotalTokens = 2 * answer.Tokens,
            },
        };
    }

    private static string Scrubbed(string text, bool scrub) => scrub ? PersonalData.Scrub(text) : text;
}
