using Sidecar.Components;

namespace Sidecar.Conversation;

/// <summary>Reads the metadata of conversation components and opens them.</summary>
internal static class ConversationDrivers
{
    public static OpenComponent Echo(DriverContext context)
    {
        context.Properties.Accept("key", "model", "endpoint"); // which the file has when it stands in for a real model; of no use here
        return _ => new(new OpenedComponent(new EchoConversation()));
    }
}
