using Google.Protobuf.WellKnownTypes;

namespace Sidecar.Conversation;

/// <summary>What a model is asked, and what it may use to answer.</summary>
internal sealed record ConversationTurn(IReadOnlyList<ConversationPart> Parts, IReadOnlyList<ConversationTool> Tools);

/// <summary>A piece of what has been said so far.</summary>
internal abstract record ConversationPart;

internal sealed record SaidText(string Text) : ConversationPart;

/// <summary>A model wanted a tool called.</summary>
internal sealed record ToolCall(string Id, string Name, string Arguments) : ConversationPart;

/// <summary>What a tool has answered.</summary>
internal sealed record ToolAnswer(string ToolId, string Name, string Content) : ConversationPart;

/// <summary>A function that a model may ask for; its parameters as a JSON schema.</summary>
internal sealed record ConversationTool(string Name, Struct? Parameters);

/// <param name="Tokens">Of the content, as the model counts them.</param>
internal sealed record ConversationAnswer(string FinishReason, string Content, IReadOnlyList<ToolCall> ToolCalls, ulong Tokens);
