namespace Sidecar.Hosting;

/// <summary>A part of an app's sidecar. Parts start in the order of their list and end in reverse.</summary>
/// <param name="EndAsync">Called once, even if the part has not started.</param>
internal sealed record SidecarPart(Func<CancellationToken, Task> StartAsync, Func<ValueTask> EndAsync)
{
    public static SidecarPart Of(IAsyncDisposable part, Func<CancellationToken, Task>? start = null) =>
        new(start ?? NoStart, part.DisposeAsync);

    public static SidecarPart Of(IDisposable? part) => new(NoStart, () =>
        {
            part?.Dispose();
            return ValueTask.CompletedTask;
        });

    private static Task NoStart(CancellationToken cancellation) => Task.CompletedTask;
}
