using Sidecar.Components;

namespace Sidecar.Conversation;

/// <summary>How conversation components are opened from their metadata.</summary>
internal static class ConversationDrivers
{
    public static OpenComponent Echo(DriverContext context)
    {
        context.Properties.Accept("key", "model", "endpoint"); // which the file has when it stands in for a real model; of no use here
        return _ => new(new OpenedComponent(new EchoConversation()));
    }
}
