using EndToEnd.Systems;
using Xunit.Abstractions;

[assembly: TestCollectionOrderer($"EndToEnd.Systems.{nameof(SharedSystemFirst)}", "EndToEnd")]

namespace EndToEnd.Systems;

/// <summary>
/// Begins with the collection of the shared system. Its cases run one after the other and wait for timers in between, so they run beside the
/// others, which need the processors.
/// </summary>
public sealed class SharedSystemFirst : ITestCollectionOrderer
{
    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(collection => collection.DisplayName == OnSharedSystem.Name ? 0 : 1);
}
