namespace Sidecar.Secrets.Drivers;

/// <summary><c>secretstores.local.folder</c>: a file per secret, as Kubernetes mounts them. Files are read at each request.</summary>
internal sealed class FolderSecretStore(string folder) : ISecretStore
{
    public bool MultipleKeyValues => false;

    public IReadOnlyDictionary<string, string>? Get(string name)
    {
        var file = Path.Combine(folder, Path.GetFileName(name)); // a secret's name must not lead out of the folder
        return File.Exists(file) ? new Dictionary<string, string> { [name] = File.ReadAllText(file).TrimEnd('\n') } : null;
    }

    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> All() =>
        Directory.EnumerateFiles(folder).Select(file => Path.GetFileName(file)).ToDictionary(name => name, name => Get(name)!);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
