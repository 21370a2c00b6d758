using Architecture.Planted.Lower;

namespace Architecture.Planted.Upper;

/// <summary>Uses a layer that uses it in turn, as <see cref="LayerTests"/> has to notice.</summary>
internal sealed class Roof
{
    public int Height => new Ground().Depth + 1;
}
