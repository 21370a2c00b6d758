using Sidecar.Yaml;

namespace Sidecar.Resources;

/// <summary>Reads a Component document strictly.</summary>
internal static class ComponentReader
{
    public static Component? Read(YamlMap document)
    {
        ResourceHeader.Expect(document, "dapr.io/v1alpha1");
        var name = ResourceHeader.Name(document);
        var scopes = document.Texts("scopes");
        var auth = document.Map("auth");
        var secretStore = auth?.Text("secretStore");
        auth?.RefuseTheRest();
        var spec = document.Map("spec");
        document.RefuseTheRest();
        if (spec is null)
        {
            document.Report("spec", "'spec' is missing: a component needs spec.type");
            return null;
        }
        var type = spec.RequiredText("type", "for example state.sqlite");
        var version = spec.Text("version") is { Length: > 0 } given ? given : "v1";
        var ignoreErrors = spec.Flag("ignoreErrors") ?? false;
        spec.Text("initTimeout");
        var metadata = spec.Maps("metadata").Select(Item).OfType<MetadataItem>().ToList();
        spec.RefuseTheRest();
        return name is null || type is null
            ? null
            : new Component(name, type, version, metadata, scopes, secretStore, ignoreErrors, document.File, document.Line);
    }

    private static MetadataItem? Item(YamlMap item)
    {
        var name = item.RequiredText("name", "each metadata item needs a name");
        var value = item.Text("value");
        var envRef = item.Text("envRef");
        var reference = item.Map("secretKeyRef");
        SecretReference? secret = null;
        if (reference is not null)
        {
            var secretName = reference.RequiredText("name", "the name of the secret");
            var key = reference.Text("key") ?? secretName;
            reference.RefuseTheRest();
            secret = secretName is null ? null : new SecretReference(secretName, key!);
        }
        item.RefuseTheRest();
        return name is null ? null : new MetadataItem(name, value, secret, envRef, item.Line);
    }
}

/// <summary>The lines every resource starts with.</summary>
internal static class ResourceHeader
{
    public static void Expect(YamlMap document, params string[] versions)
    {
        document.Text("kind");
        var version = document.Text("apiVersion");
        if (version is null || !versions.Contains(version, StringComparer.Ordinal))
        {
            document.Report("apiVersion", $"'apiVersion' must be {string.Join(" or ", versions)}, not '{version}'");
        }
    }

    public static string? Name(YamlMap document)
    {
        var metadata = document.Map("metadata");
        if (metadata is null)
        {
            document.Report("metadata", "'metadata.name' is missing: every resource has a name");
            return null;
        }
        var name = metadata.RequiredText("name", "every resource has a name");
        metadata.Text("namespace");
        metadata.Map("labels");
        metadata.Map("annotations");
        metadata.RefuseTheRest();
        return name;
    }
}
