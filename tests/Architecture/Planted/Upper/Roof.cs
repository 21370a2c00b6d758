using Architecture.Planted.Lower;

namespace Architecture.Planted.Upper;

/// <summary>Uses a floor that uses it in turn, as <see cref="FloorTests"/> has to notice.</summary>
internal sealed class Roof
{
    public int Height => new Ground().Depth + 1;
}
