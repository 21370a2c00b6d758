using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;

namespace Sidecar.Hosting;

/// <summary>
/// Of the instances of an app id over one store one leads, until it ends: it runs the workflows and tells the app of jobs. Who leads holds a lock on a
/// file, which the system lets go with the process, however that ends; the others try whenever the roster changes.
/// </summary>
internal sealed partial class Leadership : IAsyncDisposable
{
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    private readonly Presence presence;
    private readonly Roster roster;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly CancellationTokenSource stopping = new();
    private readonly Channel<bool> signals = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private FileStream? held;
    private Task trying = Task.CompletedTask;

    public Leadership(Presence presence, Roster roster, TimeProvider time, ILogger logger)
    {
        (this.presence, this.roster, this.time, this.logger) = (presence, roster, time, logger);
        roster.Changed += Signal;
    }

    /// <summary>Whether this instance leads, and has begun to.</summary>
    public bool IsHere { get; private set; }

    /// <summary>Where the leader is, if another instance is it.</summary>
    public Uri? There => roster.Live.FirstOrDefault(other => other.Leads && other.Group == presence.Own.Group && other.Instance != presence.Own.Instance)?.Address;

    /// <summary>Runs <paramref name="lead"/> once this instance leads: before it returns, when nobody else does.</summary>
    public async Task StartAsync(Func<CancellationToken, Task> lead, CancellationToken cancellation)
    {
        if (!await TryLeadAsync(lead, cancellation))
        {
            trying = Task.Run(() => TryOnAsync(lead), CancellationToken.None);
        }
    }

    /// <summary>It will not lead any more if it does not now.</summary>
    public async Task StopTryingAsync()
    {
        roster.Changed -= Signal;
        await stopping.CancelAsync();
        await trying;
    }

    /// <summary>Another may lead from now on.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopTryingAsync();
        if (held is not null)
        {
            IsHere = false;
            await held.DisposeAsync();
            held = null;
            presence.Change(own => own with { Leads = false });
        }
    }

    private void Signal() => signals.Writer.TryWrite(true);

    private async Task TryOnAsync(Func<CancellationToken, Task> lead)
    {
        try
        {
            while (await signals.Reader.WaitToReadAsync(stopping.Token))
            {
                signals.Reader.TryRead(out _);
                try
                {
                    if (await TryLeadAsync(lead, stopping.Token))
                    {
                        LogLeads(presence.Own.AppId);
                        return;
                    }
                }
                catch (Exception e) when (!stopping.IsCancellationRequested)
                {
                    LogFailed(e, presence.Own.AppId);
                    await Task.Delay(AfterFailure, time, stopping.Token);
                    Signal();
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }

    private async Task<bool> TryLeadAsync(Func<CancellationToken, Task> lead, CancellationToken cancellation)
    {
        if (presence.IsShared)
        {
            held ??= Take();
            if (held is null)
            {
                return false;
            }
        }
        await lead(cancellation);
        IsHere = true;
        if (presence.IsShared)
        {
            presence.Change(own => own with { Leads = true });
        }
        return true;
    }

    private FileStream? Take()
    {
        var name = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(presence.Own.Group ?? "")).AsSpan(0, 12));
        try
        {
            return new FileStream(Path.Combine(roster.Folder, $"{name}.leader"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null; // locked, which is the answer
        }
    }

    [LoggerMessage(1121, LogLevel.Information, "This instance of {AppId} runs its workflows and jobs from now on")]
    private partial void LogLeads(string appId);

    [LoggerMessage(1122, LogLevel.Warning, "This instance of {AppId} could not take over its workflows and jobs; trying again")]
    private partial void LogFailed(Exception failure, string appId);
}
