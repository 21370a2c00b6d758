namespace Sidecar.Cel;

/// <summary>The type variables of one expression with their bindings.</summary>
internal sealed class CelTypes
{
    private readonly Dictionary<string, CelType> bindings = new(StringComparer.Ordinal);
    private readonly Stack<(string Variable, CelType? Before)> changes = [];
    private int variables;

    public CelType NewVariable() => new($"${variables++}");

    /// <summary>Replaces each bound variable in <paramref name="type"/>.</summary>
    public CelType Resolve(CelType type) =>
        bindings.TryGetValue(type.Name, out var bound)
            ? Resolve(bound)
            : type with
            {
                First = type.First is null ? null : Resolve(type.First),
                Second = type.Second is null ? null : Resolve(type.Second),
            };

    /// <summary>Binds variables so that the pairs agree; binds none if one pair does not.</summary>
    public bool Agree(params ReadOnlySpan<(CelType, CelType)> pairs)
    {
        changes.Clear();
        foreach (var (left, right) in pairs)
        {
            if (!Unify(left, right))
            {
                Undo();
                return false;
            }
        }
        return true;
    }

    /// <summary>Returns the common type of both, or dyn, as for the items of a mixed list.</summary>
    public CelType Join(CelType? left, CelType right) =>
        left is null ? right
        : !Agree((left, right)) ? CelType.Dyn
        : IsAsGeneral(left, right) ? left
        : right;

    private bool Unify(CelType left, CelType right) =>
        (left, right) switch
        {
            _ when left == right => true,
            ({ IsVariable: true }, { IsVariable: true }) => Bind(right, left) || Bind(left, right),
            (_, { IsVariable: true }) => Bind(right, left),
            ({ IsVariable: true }, _) => Bind(left, right),
            ({ Name: "dyn" or "any" }, _) or (_, { Name: "dyn" or "any" }) => true,
            // null compares with an optional message field.
            ({ Name: "null_type" }, { Name: "timestamp" or "duration" }) or ({ Name: "timestamp" or "duration" }, { Name: "null_type" }) =>
                true,
            ({ Name: "list" }, { Name: "list" }) => Unify(left.First!, right.First!),
            ({ Name: "map" }, { Name: "map" }) => Unify(left.First!, right.First!) && Unify(left.Second!, right.Second!),
            _ => false,
        };

    private bool Bind(CelType variable, CelType type)
    {
        if (!bindings.TryGetValue(variable.Name, out var bound))
        {
            return !Occurs(variable, type) && Set(variable, type);
        }
        if (type == bound)
        {
            return true;
        }
        if (!Unify(type, bound))
        {
            return false;
        }
        // The more general one stays: a conditional with an int and a dyn is a dyn.
        if (IsAsGeneral(type, bound) && !Occurs(variable, type))
        {
            Set(variable, type);
        }
        return true;
    }

    private bool Set(CelType variable, CelType type)
    {
        changes.Push((variable.Name, bindings.GetValueOrDefault(variable.Name)));
        bindings[variable.Name] = type;
        return true;
    }

    private void Undo()
    {
        foreach (var (variable, before) in changes)
        {
            if (before is null)
            {
                bindings.Remove(variable);
            }
            else
            {
                bindings[variable] = before;
            }
        }
    }

    private bool Occurs(CelType variable, CelType type) =>
        type == variable
        || (bindings.TryGetValue(type.Name, out var bound) && Occurs(variable, bound))
        || (type.First is not null && Occurs(variable, type.First))
        || (type.Second is not null && Occurs(variable, type.Second));

    private static bool IsAsGeneral(CelType left, CelType right) =>
        left == right
        || left.Name is "dyn" or "any"
        || left.IsVariable
        || (
            left.Name == right.Name
            && left.First is not null
            && IsAsGeneral(left.First, right.First!)
            && (left.Second is null || IsAsGeneral(left.Second, right.Second!))
        );
}
