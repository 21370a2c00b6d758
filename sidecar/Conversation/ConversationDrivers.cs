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

    /// <summary>A model of a provider; <see cref="ModelElsewhere"/>.</summary>
    public static OpenComponent Elsewhere(DriverContext context)
    {
        context.Properties.Accept("key", "model", "endpoint", "maxTokens", "cacheTTL", "responseCacheTTL");
        context.Properties.Accept("apiType", "apiVersion", "region", "accessKey", "secretKey", "sessionToken");
        var type = context.Properties.Component.Type;
        context.Properties.Warn($"the embedded sidecar does not call the models of {type}: requests to '{context.Name}' fail");
        return _ => new(new OpenedComponent(new ModelElsewhere(type)));
    }
}
