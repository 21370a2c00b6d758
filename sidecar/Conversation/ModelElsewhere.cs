namespace Sidecar.Conversation;

/// <summary>
/// A component for a model of a provider, which the embedded sidecar does not call. It loads, because such components often stand beside
/// <c>conversation.echo</c> in one folder and a request names the one it wants; a request to it fails.
/// </summary>
internal sealed class ModelElsewhere(string type) : ILanguageModel
{
    public ConversationAnswer Converse(ConversationTurn turn) =>
        throw new FormatException($"the embedded sidecar does not call the models of {type}; use conversation.echo, or real Dapr");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
