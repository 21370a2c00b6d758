using Sidecar.Components;

namespace Sidecar.Conversation;

/// <summary>A conversation component.</summary>
internal interface ILanguageModel : IComponent
{
    /// <exception cref="FormatException">The model can't answer; the message says why.</exception>
    ConversationAnswer Converse(ConversationTurn turn);
}
