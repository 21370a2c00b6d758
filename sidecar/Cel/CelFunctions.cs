namespace Sidecar.Cel;

/// <summary>The functions and operators of CEL's standard library by name. Arguments that no overload takes are an error.</summary>
internal static class CelFunctions
{
    private static readonly Dictionary<string, Func<object?, object?>> Unary = new(StringComparer.Ordinal)
    {
        ["!"] = value => value is bool holds ? CelValues.Box(!holds) : CelError.NoOverload("!"),
        ["neg"] = CelArithmetic.Negate,
        ["size"] = Size,
        ["type"] = value => new CelTypeValue(CelValues.TypeName(value)),
        ["dyn"] = value => value,
        ["bool"] = CelConversions.ToBool,
        ["bytes"] = CelConversions.ToBytes,
        ["double"] = CelConversions.ToDouble,
        ["duration"] = CelConversions.ToDuration,
        ["int"] = CelConversions.ToInt,
        ["string"] = CelConversions.ToText,
        ["timestamp"] = CelConversions.ToTimestamp,
        ["uint"] = CelConversions.ToUint,
    };

    private static readonly Dictionary<string, Func<object?, object?, object?>> Binary = new(StringComparer.Ordinal)
    {
        ["=="] = (left, right) => CelValues.Box(CelValues.AreEqual(left, right)),
        ["!="] = (left, right) => CelValues.Box(!CelValues.AreEqual(left, right)),
        ["<"] = (left, right) => CelValues.Compare(left, right) is { } order ? CelValues.Box(order < 0) : CelError.NoOverload("<"),
        ["<="] = (left, right) => CelValues.Compare(left, right) is { } order ? CelValues.Box(order <= 0) : CelError.NoOverload("<="),
        [">"] = (left, right) => CelValues.Compare(left, right) is { } order ? CelValues.Box(order > 0) : CelError.NoOverload(">"),
        [">="] = (left, right) => CelValues.Compare(left, right) is { } order ? CelValues.Box(order >= 0) : CelError.NoOverload(">="),
        ["+"] = CelArithmetic.Add,
        ["-"] = CelArithmetic.Subtract,
        ["*"] = CelArithmetic.Multiply,
        ["/"] = CelArithmetic.Divide,
        ["%"] = CelArithmetic.Modulo,
        ["[]"] = Index,
        ["in"] = In,
        ["contains"] = (text, part) => Test("contains", text, part, static (text, part) => text.Contains(part, StringComparison.Ordinal)),
        ["startsWith"] = (text, part) =>
            Test("startsWith", text, part, static (text, part) => text.StartsWith(part, StringComparison.Ordinal)),
        ["endsWith"] = (text, part) => Test("endsWith", text, part, static (text, part) => text.EndsWith(part, StringComparison.Ordinal)),
        ["matches"] = (text, pattern) =>
            pattern is string expression ? CelPattern.Compile(expression)(text) : CelError.NoOverload("matches"),
    };

    public static Func<CelScope, object?> Bind(string function, CelNode[] arguments)
    {
        if (arguments is [var single])
        {
            var apply = Unary.TryGetValue(function, out var unary) ? unary : value => CelTimes.Part(function, value, null);
            return scope => single.Evaluate(scope) is var value && value is CelError ? value : apply(value);
        }
        var combine = Binary.TryGetValue(function, out var binary) ? binary : (value, zone) => CelTimes.Part(function, value, zone);
        var (first, second) = (arguments[0], arguments[1]);
        return scope =>
        {
            var left = first.Evaluate(scope);
            if (left is CelError)
            {
                return left;
            }
            var right = second.Evaluate(scope);
            return right is CelError ? right : combine(left, right);
        };
    }

    /// <summary>A pattern that is a literal is compiled once. A wrong one fails each event, as in daprd, and not the rule.</summary>
    public static Func<CelScope, object?> Match(Func<CelScope, object?> subject, string pattern)
    {
        var match = CelPattern.Compile(pattern);
        return scope => subject(scope) is var text && text is CelError ? text : match(text);
    }

    private static object Size(object? value) =>
        value switch
        {
            string text => (long)text.EnumerateRunes().Count(),
            byte[] bytes => (long)bytes.Length,
            object?[] list => (long)list.Length,
            { } map when CelMaps.Keys(map) is { } keys => (long)keys.Length,
            _ => CelError.NoOverload("size"),
        };

    private static object? Index(object? target, object? index) =>
        (target, index) switch
        {
            (object?[] list, _) when CelConversions.ToWhole(index) is { } at => at >= 0 && at < list.Length
                ? list[at]
                : new CelError($"index out of bounds: {index}"),
            ({ } map, _) when CelMaps.IsMap(map) => CelMaps.TryGet(map, index, out var value)
                ? value
                : new CelError($"no such key: {index}"),
            _ => CelError.NoOverload("[]"),
        };

    private static object In(object? item, object? container) =>
        container switch
        {
            object?[] list => CelValues.Box(list.Any(other => CelValues.AreEqual(item, other))),
            { } map when CelMaps.IsMap(map) => CelValues.Box(CelMaps.TryGet(map, item, out _)),
            _ => CelError.NoOverload("in"),
        };

    private static object Test(string name, object? text, object? part, Func<string, string, bool> test) =>
        (text, part) is (string all, string piece) ? CelValues.Box(test(all, piece)) : CelError.NoOverload(name);
}
