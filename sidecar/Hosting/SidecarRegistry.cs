using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Sidecar.Apps;
using Sidecar.Tracing;

namespace Sidecar.Hosting;

/// <summary>
/// One sidecar's announcement: where other processes of this machine reach it, and what it takes part in. Several of one
/// <paramref name="AppId"/> are instances of it.
/// </summary>
/// <param name="StartTime">Of the process: with its number it names the process for good.</param>
/// <param name="Invocable">Found by app id. Not so one that others find by a name resolver of its own, and one that is about to end.</param>
internal sealed record Announcement(string AppId, int Port, int ProcessId, string StartTime, bool Invocable)
{
    /// <summary>Names the instance among all that ever were.</summary>
    public string Instance => $"{ProcessId}-{StartTime}-{Port}";

    /// <summary>Instances of one app id over one store share their actors.</summary>
    public string? Group { get; init; }

    /// <summary>The actor types its app hosts now.</summary>
    public IReadOnlyList<string> Types { get; init; } = [];

    /// <summary>It runs the workflows of its group.</summary>
    public bool Leads { get; init; }

    /// <summary>The membership by which it acts, having let go what that gives to others; null while it can have no actors.</summary>
    public string? Applied { get; init; }

    /// <summary>What it has not let go yet.</summary>
    public IReadOnlyList<string> Held { get; init; } = [];

    public Uri Address => new($"http://127.0.0.1:{Port}");
}

/// <summary>
/// How sidecars of several processes find each other on one machine: a file per sidecar in a folder that only this user can read,
/// with the internal port, and a token that a caller has to show. A file whose process is gone is ignored and deleted.
/// </summary>
internal sealed class SidecarRegistry
{
    private const string TokenHeader = "x-sidecar-token";
    private const string CallerHeader = "x-sidecar-caller";
    private const string TargetHeader = "x-sidecar-target";
    private const string TraceHeader = "x-sidecar-trace";
    private const string TraceStateHeader = "x-sidecar-trace-state";

    public static readonly HttpMessageInvoker Invoker = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false, EnableMultipleHttp2Connections = true, ActivityHeadersPropagator = null }.WithAnyText());

    public const string Files = "*.sidecar.json";

    private static string token = "";

    public SidecarRegistry(string? folder = null)
    {
        Folder = folder ?? Path.Combine(Path.GetTempPath(), $"dapr-embedded-sidecars-{Environment.UserName}");
        MakeFolder();
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute); // whoever made it
        }
        token = SharedToken();
    }

    public string Folder { get; }

    public void Announce(Announcement announcement) => WriteWhole(FileOf(announcement), JsonSerializer.Serialize(announcement));

    public void Withdraw(Announcement announcement) => File.Delete(FileOf(announcement));

    /// <summary>
    /// The sidecars whose processes live. <paramref name="known"/> are looked at by name: a listing may miss a file that is just being replaced.
    /// </summary>
    public IReadOnlyList<Announcement> ReadAll(IReadOnlyList<Announcement> known)
    {
        MakeFolder();
        var found = new List<Announcement>();
        foreach (var file in Directory.EnumerateFiles(Folder, Files).Union(known.Select(FileOf), StringComparer.Ordinal))
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
        return [.. found.OrderBy(announcement => announcement.AppId, StringComparer.Ordinal).ThenBy(announcement => announcement.Instance, StringComparer.Ordinal)];
    }

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

    private void MakeFolder()
    {
        if (Directory.Exists(Folder))
        {
            return;
        }
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(Folder);
        }
        else
        {
            Directory.CreateDirectory(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private static Announcement? Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<Announcement>(File.ReadAllText(file));
        }
        catch (Exception e) when (e is FileNotFoundException or JsonException)
        {
            return null; // withdrawn since it was listed; or none of ours
        }
    }

    /// <summary>The token all sidecars of this user share; whoever can read it could read the stores as well.</summary>
    private string SharedToken()
    {
        var file = Path.Combine(Folder, "token");
        if (!File.Exists(file))
        {
            WriteWhole(file, Convert.ToHexString(RandomNumberGenerator.GetBytes(32)), overwrite: false);
        }
        return File.ReadAllText(file);
    }

    private string FileOf(Announcement announcement) => Path.Combine(Folder, $"{Uri.EscapeDataString(announcement.AppId)}.{announcement.ProcessId}.{announcement.Port}.sidecar.json");

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
