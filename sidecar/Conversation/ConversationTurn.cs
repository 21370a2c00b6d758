using Google.Protobuf.WellKnownTypes;

namespace Sidecar.Conversation;

/// <summary>A request to a model, with the tools that it may use.</summary>
internal sealed record ConversationTurn(IReadOnlyList<ConversationPart> Parts, IReadOnlyList<ConversationTool> Tools);

/// <summary>A message of the conversation so far.</summary>
internal abstract record ConversationPart;

internal sealed record TextPart(string Text) : ConversationPart;

/// <summary>A tool call that a model requested.</summary>
internal sealed record ToolCall(string Id, string Name, string Arguments) : ConversationPart;

/// <summary>The result of a tool.</summary>
internal sealed record ToolAnswer(string ToolId, string Name, string Content) : ConversationPart;

/// <summary>A function that a model may call; its parameters as a JSON schema.</summary>
internal sealed record ConversationTool(string Name, Struct? Parameters);

/// <param name="Tokens">Of the content, as the model counts them.</param>
internal sealed record ConversationAnswer(string FinishReason, string Content, IReadOnlyList<ToolCall> ToolCalls, ulong Tokens);
