namespace Sidecar.Cel;

/// <summary>Logic and the macros over lists and maps. An error of one operand does not count if another one decides.</summary>
internal static class CelMacros
{
    /// <summary>The first operand that equals <paramref name="decides"/> decides; else an error, if there was one.</summary>
    public static object Decide<T>(IReadOnlyList<T> operands, Func<T, object?> evaluate, bool decides, string op)
    {
        CelError? failed = null;
        for (var i = 0; i < operands.Count; i++)
        {
            var value = evaluate(operands[i]);
            if (value is not bool holds)
            {
                failed ??= value as CelError ?? CelError.NoOverload(op);
            }
            else if (holds == decides)
            {
                return CelValues.Box(decides);
            }
        }
        return failed is null ? CelValues.Box(!decides) : failed;
    }

    /// <summary>The values as a list; the first error, if there was one.</summary>
    public static object Collect<T>(IReadOnlyList<T> operands, Func<T, object?> evaluate)
    {
        var values = new object?[operands.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = evaluate(operands[i]);
            if (values[i] is CelError error)
            {
                return error;
            }
        }
        return values;
    }

    public static CelNode Quantifier(CelNode target, string variable, CelNode body, string name) =>
        Over(CelType.Bool, target, name, (scope, items) =>
            Decide(items, item => body.Evaluate(new CelScope(variable, item, scope)), name == "exists", name)
        );

    public static CelNode ExistsOne(CelNode target, string variable, CelNode body) =>
        Over(CelType.Bool, target, "exists_one", (scope, items) => Where(items, variable, body, scope) switch
            {
                IReadOnlyList<object?> found => CelValues.Box(found.Count == 1),
                var error => error,
            });

    public static CelNode Filter(CelNode target, string variable, CelNode body, CelType item) =>
        Over(CelType.List(item), target, "filter", (scope, items) => Where(items, variable, body, scope));

    public static CelNode Map(CelNode target, string variable, CelNode? condition, CelNode body) =>
        Over(CelType.List(body.Type), target, "map", (scope, items) =>
            (condition is null ? items : Where(items, variable, condition, scope)) switch
            {
                IReadOnlyList<object?> kept => Collect(kept, item => body.Evaluate(new CelScope(variable, item, scope))),
                var error => error,
            }
        );

    private static CelNode Over(CelType type, CelNode target, string name, Func<CelScope, IReadOnlyList<object?>, object> apply) =>
        new(type, scope => target.Evaluate(scope) switch
            {
                CelError error => error,
                object?[] list => apply(scope, list),
                { } map when CelMaps.Keys(map) is { } keys => apply(scope, keys),
                _ => CelError.NoOverload(name),
            });

    private static object Where(IReadOnlyList<object?> items, string variable, CelNode condition, CelScope scope)
    {
        var kept = new List<object?>();
        foreach (var item in items)
        {
            switch (condition.Evaluate(new CelScope(variable, item, scope)))
            {
                case true:
                    kept.Add(item);
                    break;
                case false:
                    break;
                case var other:
                    return other as CelError ?? CelError.NoOverload("filter");
            }
        }
        return kept.ToArray();
    }
}
