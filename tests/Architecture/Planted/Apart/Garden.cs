namespace Architecture.Planted.Apart;

/// <summary>Is used and uses nothing: it is part of no circle.</summary>
internal static class Garden
{
    public static readonly int Size = 1;
}
