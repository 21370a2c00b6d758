namespace Inventory.Stock;

/// <summary>Lets one at a time write a name. Names are taken in one fixed order, so that two who want the same never wait for each other.</summary>
internal sealed class ProductTurns
{
    private readonly SemaphoreSlim[] lanes = [.. Enumerable.Range(0, 1024).Select(_ => new SemaphoreSlim(1))];

    public async Task<IDisposable> TakeAsync(IEnumerable<string> names, CancellationToken cancellation)
    {
        var wanted = names.Select(name => (int)((uint)string.GetHashCode(name, StringComparison.Ordinal) % lanes.Length)).Distinct().Order().ToArray();
        for (var taken = 0; taken < wanted.Length; taken++)
        {
            try
            {
                await lanes[wanted[taken]].WaitAsync(cancellation);
            }
            catch (OperationCanceledException)
            {
                Release(wanted.AsSpan(0, taken));
                throw;
            }
        }
        return new Turn(this, wanted);
    }

    private void Release(ReadOnlySpan<int> taken)
    {
        foreach (var lane in taken)
        {
            lanes[lane].Release();
        }
    }

    private sealed class Turn(ProductTurns turns, int[] taken) : IDisposable
    {
        public void Dispose() => turns.Release(taken);
    }
}
