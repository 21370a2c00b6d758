using System.Text;
using System.Text.Json;
using Sidecar.Go;

namespace Sidecar.Bindings.Drivers;

/// <summary><c>bindings.localstorage</c>: files below a folder. Names and answers: Dapr's component reference, and daprd.</summary>
internal sealed class LocalStorageBinding : IOutputBinding
{
    private const int LinkLimit = 255;

    private readonly string root;

    /// <param name="root">Absolute; created if missing.</param>
    /// <exception cref="IOException">The folder can't be created.</exception>
    public LocalStorageBinding(string root)
    {
        this.root = Directory.CreateDirectory(root).FullName;
    }

    public IReadOnlyList<string> Operations { get; } = ["create", "get", "list", "delete"];

    public async Task<BindingReply> InvokeAsync(BindingCall call, CancellationToken cancellation)
    {
        var name = call.Metadata.GetValueOrDefault("fileName") ?? "";
        return call.Operation switch
        {
            "create" => await CreateAsync(Inside(name.Length > 0 ? name : Guid.NewGuid().ToString()), call.Data, cancellation),
            "get" => Reply(await ReadAsync(Inside(name), cancellation)),
            "list" => Reply(List(Inside(name))),
            _ => Delete(Inside(name)),
        };
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<BindingReply> CreateAsync(string path, ReadOnlyMemory<byte> data, CancellationToken cancellation)
    {
        if (Directory.Exists(path))
        {
            throw new IOException($"error creating file {path}: open {path}: is a directory");
        }
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllBytesAsync(path, Content(data), cancellation);
        return Reply(GoJson.Encode(JsonSerializer.SerializeToElement(new { fileName = Path.GetRelativePath(root, path) })));
    }

    /// <summary>A JSON text is stored without its quotes, and what is base64 is decoded.</summary>
    private static byte[] Content(ReadOnlyMemory<byte> data)
    {
        var text = Encoding.Latin1.GetString(data.Span);
        try
        {
            text = text is ['"', .., '"']
                ? Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(JsonSerializer.Deserialize<string>(data.Span)!))
                : text;
        }
        catch (JsonException)
        {
            // Quotes around something else belong to the content.
        }
        return GoBase64.TryDecode(text, out _) ?? Encoding.Latin1.GetBytes(text);
    }

    private static async Task<byte[]> ReadAsync(string path, CancellationToken cancellation) =>
        Directory.Exists(path) ? throw new IOException($"error reading file {path}: read {path}: is a directory")
        : File.Exists(path) ? await File.ReadAllBytesAsync(path, cancellation)
        : throw new IOException($"file not found: {path}");

    private static ReadOnlyMemory<byte> List(string path)
    {
        if (!Directory.Exists(path))
        {
            throw new IOException(
                File.Exists(path)
                    ? $"unable to list files as the file specified is not a directory: {path}"
                    : $"error getting stats for path {path}: stat {path}: no such file or directory"
            );
        }
        var files = Files(path).ToList();
        return GoJson.Encode(JsonSerializer.SerializeToElement(files.Count == 0 ? null : files));
    }

    /// <summary>In the order of the names; links to folders are files here, so a cycle ends.</summary>
    private static IEnumerable<string> Files(string folder) =>
        new DirectoryInfo(folder)
            .EnumerateFileSystemInfos()
            .OrderBy(entry => entry.Name, StringComparer.Ordinal)
            .SelectMany(entry => entry is DirectoryInfo { LinkTarget: null } ? Files(entry.FullName) : [entry.FullName]);

    private static BindingReply Delete(string path)
    {
        if (Directory.Exists(path))
        {
            if (Directory.EnumerateFileSystemEntries(path).Any())
            {
                throw new IOException($"error deleting file {path}: remove {path}: directory not empty");
            }
            Directory.Delete(path);
        }
        else if (File.Exists(path))
        {
            File.Delete(path);
        }
        else
        {
            throw new IOException($"error deleting file {path}: remove {path}: no such file or directory");
        }
        return BindingReply.None;
    }

    /// <summary>The path of a name below the root, which neither <c>..</c> nor links leave.</summary>
    private string Inside(string name)
    {
        var left = new Stack<string>(Parts(name).Reverse());
        var path = root;
        for (var links = 0; left.TryPop(out var part); )
        {
            if (part is "..")
            {
                path = path == root ? root : Path.GetDirectoryName(path)!;
                continue;
            }
            var next = Path.Combine(path, part);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                path = next;
                continue;
            }
            if (++links > LinkLimit)
            {
                throw new IOException($"error getting absolute path for file {name}: too many links");
            }
            path = Path.IsPathRooted(target) ? root : path;
            foreach (var step in Parts(target).Reverse())
            {
                left.Push(step);
            }
        }
        return path;
    }

    private static IEnumerable<string> Parts(string path) =>
        path.Split(['/', Path.DirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries).Where(part => part is not ".");

    private static BindingReply Reply(ReadOnlyMemory<byte> data) => new(data, new Dictionary<string, string>());
}
