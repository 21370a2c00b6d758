using Sidecar.Components;

namespace Sidecar.Secrets.Drivers;

/// <summary>Reads the metadata of secret stores and opens them.</summary>
internal static class SecretDrivers
{
    public static OpenComponent Environment(DriverContext context)
    {
        var prefix = context.Properties.Text("prefix") ?? "";
        return _ => new(new OpenedComponent(new EnvironmentSecretStore(prefix)));
    }

    public static OpenComponent File(DriverContext context)
    {
        var file = context.Properties.Required("secretsFile", "secrets.json");
        var separator = context.Properties.Text("nestedSeparator") is { Length: > 0 } given ? given : ":";
        var multiValued = context.Properties.Flag("multiValued");
        return _ =>
        {
            var store = new FileSecretStore(context.PathOf(file), separator, multiValued);
            return new(store.MultipleKeyValues ? new OpenedComponent(store, "MULTIPLE_KEY_VALUES_PER_SECRET") : new OpenedComponent(store));
        };
    }
}
