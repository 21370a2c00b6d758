namespace Sidecar.Cel;

/// <summary>
/// Builds the nodes of one expression and checks their types. Refuses what cel-go's checker refuses, before the first event.
/// </summary>
internal sealed class CelBuilder(CelTokens tokens)
{
    // A chain of operators is a chain of calls: without a limit a long rule overflows the stack when it is evaluated.
    private const int MaxCalls = 5_000;

    private static readonly HashSet<string> TypeNames = new(StringComparer.Ordinal)
    {
        "bool",
        "bytes",
        "double",
        "int",
        "list",
        "map",
        "null_type",
        "string",
        "type",
        "uint",
        "google.protobuf.Timestamp",
        "google.protobuf.Duration",
    };

    private readonly CelTypes types = new();
    private readonly Stack<(string Name, CelType Type)> variables = [];
    private int calls;

    /// <summary>Null if <paramref name="name"/> is no type.</summary>
    public static CelLiteral? TypeName(string name) => TypeNames.Contains(name) ? new(CelType.Type, new CelTypeValue(name)) : null;

    public CelNode Conditional(CelNode condition, CelNode yes, CelNode no) =>
        new(Check("?:", false, condition, yes, no), scope => condition.Evaluate(scope) switch
            {
                bool holds => holds ? yes.Evaluate(scope) : no.Evaluate(scope),
                CelError error => error,
                _ => CelError.NoOverload("?:"),
            });

    public CelNode Logic(CelNode[] operands, string op)
    {
        foreach (var operand in operands)
        {
            ExpectBool(operand, op);
        }
        return new CelNode(CelType.Bool, scope => CelMacros.Decide(operands, operand => operand.Evaluate(scope), op == "||", op));
    }

    public CelNode Call(string function, bool onTarget, params CelNode[] arguments)
    {
        var type = Check(function, onTarget, arguments);
        return function == "matches" && arguments is [var subject, CelLiteral { Value: string pattern }]
            ? new CelNode(type, CelFunctions.Match(subject.Evaluate, pattern))
            : new CelNode(type, CelFunctions.Bind(function, arguments));
    }

    public CelNode Index(CelNode target, CelNode index) =>
        index is CelLiteral { Value: null or byte[] or CelTypeValue }
            ? throw tokens.Wrong($"{index.Type} is no index")
            : Call("[]", false, target, index);

    public CelField Field(CelNode operand, string name)
    {
        Count();
        return new CelField(
            operand,
            name,
            DynIfUnbound(operand.Type) switch
            {
                { Name: "map" } map => types.Resolve(map.Second!),
                { Name: "dyn" or "any" } => CelType.Dyn,
                var type => throw tokens.Wrong($"type {type} has no fields: '{name}'"),
            }
        );
    }

    public CelNode Has(CelNode argument) =>
        argument is CelField field
            ? new CelNode(CelType.Bool, scope => CelMaps.Has(field.Operand.Evaluate(scope), field.Name))
            : throw tokens.Wrong("has() takes a field, as in has(event.data)");

    public CelNode Identifier(string name)
    {
        foreach (var variable in variables)
        {
            if (variable.Name == name)
            {
                return new CelNode(variable.Type, scope => scope.Find(name));
            }
        }
        return TypeName(name) ?? new CelNode(CelType.Any, scope => scope.Find(name));
    }

    public CelNode List(CelNode[] items)
    {
        CelType? type = null;
        foreach (var item in items)
        {
            type = types.Join(type, item.Type);
        }
        return new CelNode(CelType.List(type ?? types.NewVariable()), scope => CelMacros.Collect(items, item => item.Evaluate(scope)));
    }

    public CelNode Map(List<(CelNode Key, CelNode Value)> entries)
    {
        CelType? keys = null;
        CelType? values = null;
        foreach (var (key, value) in entries)
        {
            keys = types.Join(keys, key.Type);
            values = types.Join(values, value.Type);
        }
        return new CelNode(CelType.Map(keys ?? types.NewVariable(), values ?? types.NewVariable()), scope =>
            CelMaps.Create(entries, scope)
        );
    }

    /// <summary>Declares the variable of a macro until <see cref="Forget"/>. Returns its type.</summary>
    public CelType Declare(string variable, CelNode target, string macro)
    {
        var item = DynIfUnbound(target.Type) switch
        {
            { Name: "list" or "map" } range => range.First!,
            { Name: "dyn" } => CelType.Dyn,
            var type => throw tokens.Wrong($"type {type} has no items for '{macro}'"),
        };
        variables.Push((variable, item));
        return item;
    }

    public void Forget() => variables.Pop();

    /// <summary>With a <paramref name="result"/>, <paramref name="body"/> is the condition of <c>map(x, condition, result)</c>.</summary>
    public CelNode Macro(string name, CelNode target, string variable, CelType item, CelNode body, CelNode? result)
    {
        Count();
        if (name != "map" || result is not null)
        {
            ExpectBool(body, name);
        }
        return name switch
        {
            "map" => CelMacros.Map(target, variable, result is null ? null : body, result ?? body),
            "filter" => CelMacros.Filter(target, variable, body, item),
            "exists_one" => CelMacros.ExistsOne(target, variable, body),
            _ => CelMacros.Quantifier(target, variable, body, name),
        };
    }

    private CelType DynIfUnbound(CelType type)
    {
        var resolved = types.Resolve(type);
        return !resolved.IsVariable ? resolved
            : types.Agree((CelType.Dyn, resolved)) ? CelType.Dyn
            : resolved;
    }

    private CelType Check(string function, bool onTarget, params CelNode[] arguments)
    {
        Count();
        if (!CelOverloads.Has(function))
        {
            throw tokens.Wrong($"there is no function '{function}'");
        }
        return CelOverloads.Resolve(types, function, onTarget, [.. arguments.Select(argument => argument.Type)])
            ?? throw tokens.Wrong(
                $"no overload of '{function}' takes ({string.Join(", ", arguments.Select(argument => types.Resolve(argument.Type)))})"
            );
    }

    private void ExpectBool(CelNode node, string op)
    {
        if (!types.Agree((node.Type, CelType.Bool)))
        {
            throw tokens.Wrong($"'{op}' takes bool, not {types.Resolve(node.Type)}");
        }
    }

    private void Count()
    {
        if (++calls > MaxCalls)
        {
            throw tokens.Wrong($"more than {MaxCalls} operations");
        }
    }
}
