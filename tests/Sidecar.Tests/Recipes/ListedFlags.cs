using Sidecar.Components;

namespace Sidecar.Flags.Drivers;

/// <summary><c>flags.list</c>: the names of the flags that are on, separated by commas.</summary>
internal sealed class ListedFlags(string names) : IFlagStore
{
    private readonly HashSet<string> on = [.. names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];

    public static OpenComponent Read(DriverContext context)
    {
        var names = context.Properties.Required("on", "new-checkout,dark-mode");
        return _ => new(new OpenedComponent(new ListedFlags(names)));
    }

    public ValueTask<bool?> GetAsync(string flag, CancellationToken cancellation) => new(on.Contains(flag));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
