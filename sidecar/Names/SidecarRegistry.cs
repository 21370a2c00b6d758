using System.Security.Cryptography;
using System.Text.Json;
using Sidecar.Files;
using Sidecar.Http;
using Sidecar.Processes;
using Sidecar.Tracing;
using Sidecar.Yaml;

namespace Sidecar.Names;

/// <summary>
/// Finds sidecars of other processes on one machine: a file per sidecar in a folder that only this user can read, with the internal port
/// and a token that a caller has to send. A file of an ended process is ignored and deleted.
/// </summary>
internal sealed class SidecarRegistry
{
    private const string TokenHeader = "x-sidecar-token";
    private const string CallerHeader = "x-sidecar-caller";
    private const string TargetHeader = "x-sidecar-target";
    private const string NamespaceHeader = "x-sidecar-namespace";
    private const string TraceHeader = "x-sidecar-trace";
    private const string TraceStateHeader = "x-sidecar-trace-state";

    public static readonly HttpMessageInvoker Invoker = new(
        new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            EnableMultipleHttp2Connections = true,
            ActivityHeadersPropagator = null,
        }.WithAnyText()
    );

    private const string Files = "*.sidecar.json";

    private static string token = "";

    private readonly Lock gate = new();
    private (DateTime Changed, IReadOnlyList<Announcement> Live) seen = (DateTime.MinValue, []); // guarded by gate

    /// <exception cref="InvalidOperationException">Another user may have made the folder, or may write to it.</exception>
    public SidecarRegistry(string? folder = null)
    {
        Folder = folder ?? FolderIn(Path.GetTempPath());
        OwnerOnly.DemandFolder(Folder);
        token = SharedToken();
    }

    public string Folder { get; }

    /// <summary>The registry folder of this user below a folder for temporary files.</summary>
    public static string FolderIn(string temporary) => Path.Combine(temporary, $"dapr-embedded-sidecars-{Environment.UserName}");

    /// <summary>
    /// Reserves an app id among the single sidecars of this user. The reservation is a lock on a file: the system releases it when the
    /// process ends.
    /// </summary>
    /// <exception cref="InvalidConfigurationException">Another process holds it; the message names that process.</exception>
    public IDisposable Reserve(string appId)
    {
        OwnerOnly.DemandFolder(Folder);
        try
        {
            return OwnerOnly.Lock(Path.Combine(Folder, $"{Uri.EscapeDataString(appId)}.lock"), FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            var other = ReadAll().FirstOrDefault(announcement => announcement.AppId == appId);
            var where = other is null ? "in another process" : $"in process {other.ProcessId} (internal port {other.Port})";
            throw new InvalidConfigurationException(
                "app-id",
                0,
                $"app id '{appId}' is already running {where}. The embedded sidecar runs an app id once; stop that process or "
                    + "choose another app id. Several instances of an app are what Dapr on Kubernetes is for (docs/operations.md)"
            );
        }
    }

    public void Announce(Announcement announcement)
    {
        OwnerOnly.DemandFolder(Folder);
        WriteWhole(FileOf(announcement), JsonSerializer.Serialize(announcement));
    }

    public void Withdraw(Announcement announcement) => File.Delete(FileOf(announcement));

    /// <summary>The sidecar of an app; null when none is running.</summary>
    public Announcement? Find(string appId) => Find(announcement => announcement.AppId == appId);

    /// <summary>The sidecar whose app hosts an actor type; null if none is running.</summary>
    public Announcement? FindHost(string actorType) =>
        Find(announcement => announcement.ActorTypes.Contains(actorType, StringComparer.Ordinal));

    /// <summary>Reads the files again before the next look-up. Called when a found sidecar no longer listens.</summary>
    public void Forget()
    {
        lock (gate)
        {
            seen = (DateTime.MinValue, []);
        }
    }

    private Announcement? Find(Func<Announcement, bool> fits)
    {
        lock (gate)
        {
            // The folder's time shows whether a file was added or deleted. Two changes within one tick of the file system look like one, so
            // a miss reads again.
            var changed = Directory.GetLastWriteTimeUtc(Folder);
            if (changed == seen.Changed && seen.Live.FirstOrDefault(fits) is { } known)
            {
                return known;
            }
            seen = (changed, ReadAll());
            return seen.Live.FirstOrDefault(fits);
        }
    }

    /// <summary>The sidecars whose processes run.</summary>
    private List<Announcement> ReadAll()
    {
        if (!Directory.Exists(Folder))
        {
            return [];
        }
        var found = new List<Announcement>();
        foreach (var file in Directory.EnumerateFiles(Folder, Files))
        {
            if (Read(file) is not { } announcement)
            {
                continue;
            }
            if (ProcessInfo.StartTime(announcement.ProcessId) == announcement.StartTime)
            {
                found.Add(announcement);
            }
            else
            {
                File.Delete(file);
            }
        }
        return [.. found.OrderBy(announcement => announcement.AppId, StringComparer.Ordinal).ThenBy(announcement => announcement.Port)];
    }

    /// <summary>Marks a request to another sidecar with caller, callee, namespace, span and the token of this user's sidecars.</summary>
    public static void Introduce(HttpRequestMessage request, string caller, string target, TraceContext trace)
    {
        if (!trace.IsOff)
        {
            request.Headers.TryAddWithoutValidation(TraceHeader, trace.Parent);
            request.Headers.TryAddWithoutValidation(TraceStateHeader, trace.State);
        }
        request.Headers.TryAddWithoutValidation(TokenHeader, token);
        request.Headers.TryAddWithoutValidation(CallerHeader, caller);
        request.Headers.TryAddWithoutValidation(TargetHeader, target);
        request.Headers.TryAddWithoutValidation(NamespaceHeader, InvocationHeaders.Namespace);
    }

    /// <summary>The caller of a request on the internal port; null if it does not come from a sidecar of this user.</summary>
    public static string? CallerOf(HttpRequest request)
    {
        var shown = request.Headers[TokenHeader].ToString();
        var known = CryptographicOperations.FixedTimeEquals(
            System.Text.Encoding.UTF8.GetBytes(shown),
            System.Text.Encoding.UTF8.GetBytes(token)
        );
        var caller = request.Headers[CallerHeader].ToString();
        request.Headers.Remove(TokenHeader);
        request.Headers.Remove(CallerHeader);
        request.Headers.Remove(TargetHeader);
        return known && caller.Length > 0 ? caller : null;
    }

    /// <summary>The namespace of the calling sidecar.</summary>
    public static CallerNamespace NamespaceOf(HttpRequest request)
    {
        var given = request.Headers[NamespaceHeader].ToString();
        request.Headers.Remove(NamespaceHeader);
        return new CallerNamespace(given.Length > 0 ? given : InvocationHeaders.Namespace);
    }

    /// <summary>The span of the calling sidecar, which the caller's own trace headers may lack.</summary>
    public static TraceContext TraceOf(HttpRequest request)
    {
        var (parent, state) = (request.Headers[TraceHeader].ToString(), request.Headers[TraceStateHeader].ToString());
        request.Headers.Remove(TraceHeader);
        request.Headers.Remove(TraceStateHeader);
        return parent.Length > 0 ? new TraceContext(parent, state) : TraceContext.Off;
    }

    private static Announcement? Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<Announcement>(File.ReadAllText(file));
        }
        catch (Exception e) when (e is FileNotFoundException or JsonException)
        {
            return null; // withdrawn since it was listed; or not a registry file
        }
    }

    /// <summary>The token that all sidecars of this user share. A process that can read it could read the stores as well.</summary>
    private string SharedToken()
    {
        var file = Path.Combine(Folder, "token");
        if (!File.Exists(file))
        {
            WriteWhole(file, Convert.ToHexString(RandomNumberGenerator.GetBytes(32)), overwrite: false);
        }
        return File.ReadAllText(file);
    }

    private string FileOf(Announcement announcement) =>
        Path.Combine(Folder, $"{Uri.EscapeDataString(announcement.AppId)}.{announcement.ProcessId}.{announcement.Port}.sidecar.json");

    /// <summary>Readers see the old file or the new one, never half of one.</summary>
    private static void WriteWhole(string file, string content, bool overwrite = true)
    {
        var draft = $"{file}.{Environment.ProcessId}.tmp";
        OwnerOnly.Write(draft, content);
        try
        {
            File.Move(draft, file, overwrite);
        }
        catch (IOException) when (!overwrite && File.Exists(file))
        {
            File.Delete(draft); // another process was first; its token is the one
        }
    }
}
