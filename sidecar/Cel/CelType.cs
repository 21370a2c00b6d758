namespace Sidecar.Cel;

/// <summary>A type in the type check of the parser. A name that starts with <c>$</c> is a type variable.</summary>
internal sealed record CelType(string Name, CelType? First = null, CelType? Second = null)
{
    /// <summary>A variable of the event. It is a dyn but for a macro, which cel-go refuses on it: <c>event.all(…)</c>.</summary>
    public static readonly CelType Any = new("any");

    public static readonly CelType Dyn = new("dyn");
    public static readonly CelType Bool = new("bool");
    public static readonly CelType Int = new("int");
    public static readonly CelType Uint = new("uint");
    public static readonly CelType Double = new("double");
    public static readonly CelType String = new("string");
    public static readonly CelType Bytes = new("bytes");
    public static readonly CelType Null = new("null_type");
    public static readonly CelType Type = new("type");

    public bool IsVariable => Name[0] == '$';

    public static CelType List(CelType item) => new("list", item);

    public static CelType Map(CelType key, CelType value) => new("map", key, value);

    public override string ToString() =>
        Second is not null ? $"{Name}({First}, {Second})"
        : First is not null ? $"{Name}({First})"
        : Name;
}
