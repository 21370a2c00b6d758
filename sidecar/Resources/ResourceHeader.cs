using Sidecar.Yaml;

namespace Sidecar.Resources;

/// <summary>The lines at the start of every resource.</summary>
internal static class ResourceHeader
{
    public static void Expect(YamlMap document, params string[] versions)
    {
        document.Accept("kind", "status");
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
        metadata.Accept(
            "namespace",
            "labels",
            "annotations",
            "creationTimestamp",
            "generation",
            "resourceVersion",
            "uid",
            "managedFields",
            "finalizers",
            "ownerReferences",
            "selfLink"
        );
        metadata.WarnOfUnknownKeys();
        return name;
    }

    /// <summary>The secret store of the references in the document.</summary>
    public static string? SecretStore(YamlMap document)
    {
        var auth = document.Map("auth");
        var secretStore = auth?.Text("secretStore");
        auth?.WarnOfUnknownKeys();
        return secretStore;
    }
}
