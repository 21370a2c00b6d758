using System.Collections.Concurrent;

namespace Sidecar.Components;

/// <summary>The open components of one app, by name and building block. They may change while it runs; changes must not overlap.</summary>
internal sealed class ComponentSet(IReadOnlyList<LoadedComponent> loaded) : IAsyncDisposable
{
    private volatile Contents now = new(loaded);

    public IReadOnlyList<LoadedComponent> Loaded => now.Loaded;

    /// <summary>Returns the components of one building block, by name.</summary>
    public IReadOnlyDictionary<string, T> Of<T>()
        where T : class, IComponent => now.Of<T>();

    public void Add(LoadedComponent component) => now = new([.. now.Loaded, component]);

    /// <summary>Nobody finds it from here on; then it is closed. Calls that are using it may fail.</summary>
    public async Task CloseAsync(LoadedComponent component)
    {
        now = new([.. now.Loaded.Where(other => other != component)]);
        await component.Instance.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var component in Loaded.OrderBy(component => component.Instance.ClosingRank))
        {
            await component.Instance.DisposeAsync();
        }
    }

    /// <summary>A snapshot of the components. Those of a building block are collected at the first access.</summary>
    private sealed class Contents(IReadOnlyList<LoadedComponent> loaded)
    {
        private readonly ConcurrentDictionary<Type, object> byBlock = new();

        public IReadOnlyList<LoadedComponent> Loaded => loaded;

        public IReadOnlyDictionary<string, T> Of<T>() =>
            (IReadOnlyDictionary<string, T>)byBlock.GetOrAdd(typeof(T), static (_, all) => Gather<T>(all), loaded);

        private static Dictionary<string, T> Gather<T>(IReadOnlyList<LoadedComponent> all) =>
            all.Where(component => component.Instance is T)
                .ToDictionary(component => component.Resource.Name, component => (T)component.Instance, StringComparer.Ordinal);
    }
}
