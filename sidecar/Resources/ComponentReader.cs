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
        var secretStore = ResourceHeader.SecretStore(document);
        var spec = document.Map("spec");
        document.WarnOfUnknownKeys();
        if (spec is null)
        {
            document.Report("spec", "'spec' is missing: a component needs spec.type");
            return null;
        }
        var type = spec.Text("type") ?? ""; // daprd refuses a component without type, so the loader does
        var version = spec.Text("version") is { Length: > 0 } given ? given : "v1";
        var ignoreErrors = spec.Flag("ignoreErrors") ?? false;
        spec.Accept("initTimeout");
        var metadata = spec.Maps("metadata").Select(MetadataItemReader.Read).ToList();
        spec.WarnOfUnknownKeys();
        return name is null
            ? null
            : new Component(name, type, version, metadata, scopes, secretStore, ignoreErrors, document.File, document.Line);
    }
}
