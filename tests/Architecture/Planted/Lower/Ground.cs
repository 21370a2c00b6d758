using Architecture.Planted.Apart;
using Architecture.Planted.Upper;

namespace Architecture.Planted.Lower;

/// <summary>Uses the layer above it where it is hardest to see: in a lambda of an asynchronous method.</summary>
internal sealed class Ground
{
    public int Depth => Garden.Size;

    public async Task<int> HeightAsync()
    {
        await Task.Yield();
        Func<int> height = () => new Roof().Height;
        return height();
    }
}
