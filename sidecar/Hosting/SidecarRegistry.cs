using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Sidecar.Apps;
using Sidecar.Tracing;

namespace Sidecar.Hosting;

/// <summary>One sidecar's announcement: where other processes of this machine reach it.</summary>
internal sealed record Announcement(string AppId, int Port, int ProcessId, string Token);

/// <summary>The actor types that an app hosts, beside its announcement.</summary>
internal sealed record ActorAnnouncement(int Port, int ProcessId, IReadOnlyCollection<string> Types);

/// <summary>
/// How sidecars of several processes find each other on one machine: a file per app in a folder that only this user can read,
/// with the internal port and the token a caller has to show. A file whose process is gone is ignored and replaced.
/// </summary>
internal sealed class SidecarRegistry
{
    private const string TokenHeader = "x-sidecar-token";
    private const string CallerHeader = "x-sidecar-caller";
    private const string TargetHeader = "x-sidecar-target";
    private const string TraceHeader = "x-sidecar-trace";
    private const string TraceStateHeader = "x-sidecar-trace-state";

    public static readonly HttpMessageInvoker Invoker = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false, EnableMultipleHttp2Connections = true, ActivityHeadersPropagator = null }.WithAnyText());

    private const string ActorsSuffix = ".actors";

    private readonly string folder;
    private static string token = "";

    public SidecarRegistry(string? folder = null)
    {
        this.folder = folder ?? Path.Combine(Path.GetTempPath(), $"dapr-embedded-sidecars-{Environment.UserName}");
        Directory.CreateDirectory(this.folder);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(this.folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        token = SharedToken();
    }

    public void Announce(string appId, int port)
        => WriteWhole(FileOf(appId), JsonSerializer.Serialize(new Announcement(appId, port, Environment.ProcessId, "")));

    public void Withdraw(string appId)
    {
        if (Read(appId)?.ProcessId == Environment.ProcessId)
        {
            File.Delete(FileOf(appId));
        }
    }

    public Uri? Find(string appId)
        => Read(appId) is { } found && ProcessInfo.IsAlive(found.ProcessId) ? new Uri($"http://127.0.0.1:{found.Port}") : null;

    /// <summary>No types: hosts none any more.</summary>
    public void AnnounceActors(string appId, int port, IReadOnlyCollection<string> types)
    {
        var file = FileOf(appId) + ActorsSuffix;
        if (types.Count > 0)
        {
            WriteWhole(file, JsonSerializer.Serialize(new ActorAnnouncement(port, Environment.ProcessId, types)));
        }
        else if (Read<ActorAnnouncement>(file)?.ProcessId == Environment.ProcessId)
        {
            File.Delete(file);
        }
    }

    /// <summary>A sidecar of another process; which of several is the same for all who ask.</summary>
    public Uri? FindActors(string type)
        => Directory.EnumerateFiles(folder, "*" + ActorsSuffix).Order(StringComparer.Ordinal).Select(Read<ActorAnnouncement>)
            .FirstOrDefault(found => found is not null && found.Types.Contains(type) && found.ProcessId != Environment.ProcessId && ProcessInfo.IsAlive(found.ProcessId)) is { } host
                ? new Uri($"http://127.0.0.1:{host.Port}")
                : null;

    /// <summary>Marks a request to another sidecar: who calls whom, in which span, and that it comes from a sidecar of this user.</summary>
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
    }

    /// <summary>The caller of a request on the internal port, or null when it does not come from a sidecar of this user.</summary>
    public static string? CallerOf(HttpRequest request)
    {
        var shown = request.Headers[TokenHeader].ToString();
        var known = CryptographicOperations.FixedTimeEquals(System.Text.Encoding.UTF8.GetBytes(shown), System.Text.Encoding.UTF8.GetBytes(token));
        var caller = request.Headers[CallerHeader].ToString();
        request.Headers.Remove(TokenHeader);
        request.Headers.Remove(CallerHeader);
        request.Headers.Remove(TargetHeader);
        return known && caller.Length > 0 ? caller : null;
    }

    /// <summary>The span of the calling sidecar, which the caller's own trace headers need not tell of.</summary>
    public static TraceContext TraceOf(HttpRequest request)
    {
        var (parent, state) = (request.Headers[TraceHeader].ToString(), request.Headers[TraceStateHeader].ToString());
        request.Headers.Remove(TraceHeader);
        request.Headers.Remove(TraceStateHeader);
        return parent.Length > 0 ? new TraceContext(parent, state) : TraceContext.Off;
    }

    private Announcement? Read(string appId) => Read<Announcement>(FileOf(appId));

    private static T? Read<T>(string file)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllText(file));
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return null; // nobody has announced it, or is just doing so
        }
    }

    /// <summary>The token all sidecars of this user share; whoever can read it could read the stores as well.</summary>
    private string SharedToken()
    {
        var file = Path.Combine(folder, "token");
        if (!File.Exists(file))
        {
            WriteWhole(file, Convert.ToHexString(RandomNumberGenerator.GetBytes(32)), overwrite: false);
        }
        return File.ReadAllText(file);
    }

    private string FileOf(string appId) => Path.Combine(folder, Uri.EscapeDataString(appId) + ".json");

    /// <summary>Readers see the old file or the new one, never half of one.</summary>
    private static void WriteWhole(string file, string content, bool overwrite = true)
    {
        var draft = $"{file}.{Environment.ProcessId}.tmp";
        File.WriteAllText(draft, content);
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
