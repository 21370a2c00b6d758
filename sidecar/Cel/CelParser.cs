using System.Collections;
using System.Globalization;

namespace Sidecar.Cel;

/// <summary>Recursive descent over CEL's grammar, one method per level of precedence, straight to closures.</summary>
internal sealed class CelParser(string text)
{
    private readonly CelTokens tokens = new(text);

    public CelNode Parse()
    {
        var node = Conditional();
        tokens.ExpectEnd();
        return node;
    }

    private CelNode Conditional()
    {
        var condition = Or();
        if (!tokens.Take("?"))
        {
            return condition;
        }
        var yes = Or();
        tokens.Expect(":");
        var no = Conditional();
        return scope => CelValue.Truth(condition(scope)) ? yes(scope) : no(scope);
    }

    private CelNode Or()
    {
        var left = And();
        while (tokens.Take("||"))
        {
            var (first, second) = (left, And());
            left = scope => Either(first, second, scope, decides: true);
        }
        return left;
    }

    private CelNode And()
    {
        var left = Relation();
        while (tokens.Take("&&"))
        {
            var (first, second) = (left, Relation());
            left = scope => Either(first, second, scope, decides: false);
        }
        return left;
    }

    /// <summary>Logic is commutative in CEL: a failing side does not matter when the other one decides.</summary>
    private static bool Either(CelNode first, CelNode second, CelScope scope, bool decides)
    {
        try
        {
            if (CelValue.Truth(first(scope)) == decides)
            {
                return decides;
            }
        }
        catch (CelException) when (CelValue.Truth(second(scope)) == decides)
        {
            return decides;
        }
        return CelValue.Truth(second(scope));
    }

    private CelNode Relation()
    {
        var left = Sum();
        while (tokens.TakeAny("==", "!=", "<=", ">=", "<", ">", "in") is { } op)
        {
            var (first, second) = (left, Sum());
            left = op switch
            {
                "==" => scope => CelValue.Equals(first(scope), second(scope)),
                "!=" => scope => !CelValue.Equals(first(scope), second(scope)),
                "<=" => scope => CelValue.Compare(first(scope), second(scope)) <= 0,
                ">=" => scope => CelValue.Compare(first(scope), second(scope)) >= 0,
                "<" => scope => CelValue.Compare(first(scope), second(scope)) < 0,
                ">" => scope => CelValue.Compare(first(scope), second(scope)) > 0,
                _ => scope => CelValue.In(first(scope), second(scope)),
            };
        }
        return left;
    }

    private CelNode Sum() => LeftToRight(Product, "+", "-");

    private CelNode Product() => LeftToRight(Unary, "*", "/", "%");

    private CelNode LeftToRight(Func<CelNode> operand, params string[] operators)
    {
        var left = operand();
        while (tokens.TakeAny(operators) is { } op)
        {
            var (first, second) = (left, operand());
            left = scope => CelValue.Arithmetic(op, first(scope), second(scope));
        }
        return left;
    }

    private CelNode Unary()
    {
        if (tokens.Take("!"))
        {
            var operand = Unary();
            return scope => !CelValue.Truth(operand(scope));
        }
        if (tokens.Take("-"))
        {
            var operand = Unary();
            return scope => operand(scope) switch
            {
                long whole => -whole,
                double real => -real,
                _ => throw new CelException("no such overload for '-'"),
            };
        }
        return Member();
    }

    private CelNode Member()
    {
        var node = Primary();
        while (true)
        {
            if (tokens.Take("."))
            {
                var name = tokens.Identifier();
                node = tokens.Take("(") ? Method(node, name) : Select(node, name);
            }
            else if (tokens.Take("["))
            {
                var (target, index) = (node, Conditional());
                tokens.Expect("]");
                node = scope => CelValue.Index(target(scope), index(scope));
            }
            else
            {
                return node;
            }
        }
    }

    private static CelNode Select(CelNode target, string name) => scope => CelValue.Field(target(scope), name);

    private CelNode Method(CelNode target, string name)
    {
        if (name is "all" or "exists" or "exists_one" or "filter" or "map")
        {
            return Macro(target, name);
        }
        var arguments = Arguments(")");
        return scope => CelFunctions.Call(name, [target(scope), .. arguments.Select(argument => argument(scope))]);
    }

    private CelNode Macro(CelNode target, string name)
    {
        var variable = tokens.Identifier();
        tokens.Expect(",");
        var body = Conditional();
        tokens.Expect(")");
        IEnumerable<object?> Items(CelScope scope) => target(scope) switch
        {
            IDictionary<string, object?> map => map.Keys,
            IList list => list.Cast<object?>(),
            _ => throw new CelException($"no such overload for '{name}'"),
        };
        object? Of(CelScope scope, object? item) => body(new CelScope(variable, item, scope));
        return name switch
        {
            "all" => scope => Items(scope).All(item => CelValue.Truth(Of(scope, item))),
            "exists" => scope => Items(scope).Any(item => CelValue.Truth(Of(scope, item))),
            "exists_one" => scope => Items(scope).Count(item => CelValue.Truth(Of(scope, item))) == 1,
            "filter" => scope => Items(scope).Where(item => CelValue.Truth(Of(scope, item))).ToList(),
            _ => scope => Items(scope).Select(item => Of(scope, item)).ToList(),
        };
    }

    private CelNode Primary()
    {
        if (tokens.Take("("))
        {
            var inner = Conditional();
            tokens.Expect(")");
            return inner;
        }
        if (tokens.Take("["))
        {
            var items = Arguments("]");
            return scope => items.Select(item => item(scope)).ToList();
        }
        if (tokens.Take("{"))
        {
            return MapLiteral();
        }
        if (tokens.Literal(out var literal))
        {
            return _ => literal;
        }
        var name = tokens.Identifier();
        if (!tokens.Take("("))
        {
            return scope => scope.Find(name);
        }
        return name == "has" ? Has() : Function(name);
    }

    private CelNode Function(string name)
    {
        var arguments = Arguments(")");
        return scope => CelFunctions.Call(name, [.. arguments.Select(argument => argument(scope))]);
    }

    private CelNode Has()
    {
        var argument = Member();
        tokens.Expect(")");
        return scope =>
        {
            try
            {
                argument(scope);
                return true;
            }
            catch (CelException)
            {
                return false; // that the field is missing is the answer
            }
        };
    }

    private CelNode MapLiteral()
    {
        var entries = new List<(CelNode Key, CelNode Value)>();
        while (!tokens.Take("}"))
        {
            var key = Conditional();
            tokens.Expect(":");
            entries.Add((key, Conditional()));
            tokens.Take(",");
        }
        return scope => entries.ToDictionary(entry => Convert.ToString(entry.Key(scope), CultureInfo.InvariantCulture)!, entry => entry.Value(scope), StringComparer.Ordinal);
    }

    private List<CelNode> Arguments(string end)
    {
        var arguments = new List<CelNode>();
        while (!tokens.Take(end))
        {
            arguments.Add(Conditional());
            if (!tokens.Take(","))
            {
                tokens.Expect(end);
                return arguments;
            }
        }
        return arguments;
    }
}
