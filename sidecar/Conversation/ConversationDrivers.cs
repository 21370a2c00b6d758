using Sidecar.Components;

namespace Sidecar.Conversation;

/// <summary>Reads the metadata of conversation components and opens them.</summary>
internal static class ConversationDrivers
{
    public static OpenComponent Echo(DriverContext context)
    {
        context.Properties.Accept("key", "model", "endpoint"); // present in files for a real model; not used here
        return _ => new(new OpenedComponent(new EchoConversation()));
    }
}
