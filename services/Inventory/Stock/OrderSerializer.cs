namespace Inventory.Stock;

/// <summary>
/// Serialises decisions about one order's reservation in this process. Two decisions about an order of which nothing is stored yet have no
/// ETag between them.
/// </summary>
internal sealed class OrderSerializer
{
    private readonly SemaphoreSlim[] lanes = [.. Enumerable.Range(0, 1024).Select(_ => new SemaphoreSlim(1))];

    public async Task<IDisposable> TakeAsync(string orderId, CancellationToken cancellation)
    {
        var lane = lanes[(uint)string.GetHashCode(orderId, StringComparison.Ordinal) % lanes.Length];
        await lane.WaitAsync(cancellation);
        return new Turn(lane);
    }

    private sealed class Turn(SemaphoreSlim lane) : IDisposable
    {
        public void Dispose() => lane.Release();
    }
}
