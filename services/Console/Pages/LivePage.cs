using Console.Edge;
using Console.Identity;
using Console.Live;
using ConsoleComponents.Languages;
using Microsoft.AspNetCore.Components;

namespace Console.Pages;

/// <summary>
/// A page that shows data of the gateway and reads it again when an event concerns it, at most once in <see cref="Pause"/>.
/// </summary>
public abstract class LivePage : ComponentBase, IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource ended = new();
    private readonly SemaphoreSlim reading = new(1, 1);
    private Task following = Task.CompletedTask;
    private long lastRead;

    [CascadingParameter]
    protected Localizer Text { get; set; } = default!;

    [Inject]
    protected TimeProvider Time { get; set; } = default!;

    [Inject]
    protected Session Session { get; set; } = default!;

    [Inject]
    private LiveEvents Live { get; set; } = default!;

    protected Person? Person { get; private set; }

    /// <summary>The problem of the last read; the page keeps its previous content.</summary>
    protected Problem? Problem { get; set; }

    protected CancellationToken Ended => ended.Token;

    /// <summary>The pause between reads of data that no event announces; null: none of it.</summary>
    protected virtual TimeSpan? RefreshEvery => null;

    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        await following;
        ended.Dispose();
        reading.Dispose();
        GC.SuppressFinalize(this);
    }

    protected override async Task OnInitializedAsync()
    {
        Person = await Session.PersonAsync();
        // Follows first and reads then: what happens between the two is not missed.
        var follower = Live.Follow();
        following = FollowAsync(follower);
        await ReloadAsync();
    }

    /// <summary>Reads the data of the page. Returns the problem if that failed, otherwise null.</summary>
    protected abstract Task<Problem?> ReadAsync(CancellationToken cancellation);

    /// <summary>Processes an event; true if the page must read again.</summary>
    protected virtual bool Concerns(LiveEvent @event) => false;

    protected async Task ReloadAsync()
    {
        try
        {
            await reading.WaitAsync(Ended);
            try
            {
                Problem = await ReadAsync(Ended);
                lastRead = Time.GetTimestamp();
            }
            finally
            {
                reading.Release();
            }
            await InvokeAsync(StateHasChanged);
        }
        catch (OperationCanceledException) when (Ended.IsCancellationRequested)
        {
            // The page was left while it was reading.
        }
    }

    private async Task FollowAsync(Follower follower)
    {
        using var gone = follower;
        var happening = follower.Events.WaitToReadAsync(Ended).AsTask();
        try
        {
            while (true)
            {
                var due = RefreshEvery is { } every && await IsLateAsync(happening, every);
                await (due ? Task.CompletedTask : happening);
                while (follower.Events.TryRead(out var @event))
                {
                    due |= Concerns(@event);
                }
                if (happening.IsCompleted)
                {
                    happening = follower.Events.WaitToReadAsync(Ended).AsTask();
                }
                if (due)
                {
                    await InvokeAsync(ReloadAsync);
                    await Task.Delay(Pause, Time, Ended);
                }
            }
        }
        catch (OperationCanceledException) when (Ended.IsCancellationRequested)
        {
            // The page was left.
        }
        catch (Exception e)
        {
            await DispatchExceptionAsync(e);
        }
    }

    /// <summary>True when the time to read has come before an event, or although there are events without end.</summary>
    private async Task<bool> IsLateAsync(Task happening, TimeSpan every)
    {
        var left = every - Time.GetElapsedTime(lastRead);
        if (left <= TimeSpan.Zero)
        {
            return true;
        }
        return await Task.WhenAny(happening, Task.Delay(left, Time, Ended)) != happening;
    }
}
