using Sidecar.Yaml;

namespace Sidecar.Resources;

/// <summary>Reads values that are written out, kept in a secret store, or in an environment variable.</summary>
internal static class MetadataItemReader
{
    public static MetadataItem Read(YamlMap item)
    {
        var read = new MetadataItem(item.Text("name") ?? "", item.Text("value"), Secret(item), item.Text("envRef"), item.Line);
        item.WarnOfUnknownKeys();
        return read;
    }

    /// <summary>Reads a part of <c>clientTLS</c>, which has no name and cannot refer to the environment.</summary>
    public static MetadataItem? ReadUnnamed(YamlMap tls, string key)
    {
        if (tls.Map(key) is not { } item)
        {
            return null;
        }
        var read = new MetadataItem(key, item.Text("value"), Secret(item), null, item.Line);
        item.WarnOfUnknownKeys();
        return read;
    }

    private static SecretReference? Secret(YamlMap item)
    {
        if (item.Map("secretKeyRef") is not { } reference)
        {
            return null;
        }
        var name = reference.Text("name");
        var key = reference.Text("key");
        reference.WarnOfUnknownKeys();
        // empty as kubectl writes it
        return string.IsNullOrEmpty(name) ? null : new SecretReference(name, string.IsNullOrEmpty(key) ? name : key);
    }
}
