namespace Sidecar.Cel;

/// <summary>Recursive descent over CEL's grammar, one method per level of precedence.</summary>
internal sealed class CelParser
{
    // Each parenthesis takes stack: without a limit a long rule overflows it and ends the process.
    private const int MaxDepth = 250;

    private static readonly HashSet<string> Reserved = new(StringComparer.Ordinal)
    {
        "as",
        "break",
        "const",
        "continue",
        "else",
        "for",
        "function",
        "if",
        "import",
        "let",
        "loop",
        "package",
        "namespace",
        "return",
        "var",
        "void",
        "while",
    };

    private readonly CelTokens tokens;
    private readonly CelBuilder build;
    private int depth;

    public CelParser(string text)
    {
        tokens = new CelTokens(text);
        build = new CelBuilder(tokens);
    }

    public CelNode Parse()
    {
        var node = Expression();
        tokens.ExpectEnd();
        return node;
    }

    private CelNode Expression()
    {
        if (++depth > MaxDepth)
        {
            throw tokens.Wrong("nested too deeply");
        }
        var node = Or();
        if (tokens.Take("?"))
        {
            var yes = Or();
            tokens.Expect(":");
            node = build.Conditional(node, yes, Expression());
        }
        depth--;
        return node;
    }

    private CelNode Or() => Logic(And, "||");

    private CelNode And() => Logic(Relation, "&&");

    private CelNode Logic(Func<CelNode> operand, string op)
    {
        var operands = new List<CelNode> { operand() };
        while (tokens.Take(op))
        {
            operands.Add(operand());
        }
        return operands is [var single] ? single : build.Logic([.. operands], op);
    }

    private CelNode Relation() => LeftToRight(Sum, "==", "!=", "<=", ">=", "<", ">", "in");

    private CelNode Sum() => LeftToRight(Product, "+", "-");

    private CelNode Product() => LeftToRight(Unary, "*", "/", "%");

    private CelNode LeftToRight(Func<CelNode> operand, params ReadOnlySpan<string> operators)
    {
        var left = operand();
        while (tokens.TakeAny(operators) is { } op)
        {
            left = build.Call(op, false, left, operand());
        }
        return left;
    }

    private CelNode Unary()
    {
        var op = tokens.Current.Text;
        var applied = false;
        while (op is "!" or "-" && tokens.Current.Text == op && !StandsBeforeNumber())
        {
            tokens.Read();
            applied = !applied; // cel-go drops pairs without a look at the operand
        }
        var operand = Member();
        return applied ? build.Call(op == "!" ? "!" : "neg", false, operand) : operand;
    }

    private bool StandsBeforeNumber() => tokens.Current.Text == "-" && tokens.Following.Kind is CelTokenKind.Int or CelTokenKind.Float;

    private CelNode Member()
    {
        var node = Primary(out var qualified);
        while (true)
        {
            if (tokens.Take("."))
            {
                var name = tokens.Identifier();
                qualified = qualified is null ? null : $"{qualified}.{name}";
                if (tokens.Take("("))
                {
                    node = Method(node, name);
                    qualified = null;
                }
                else
                {
                    node = qualified is not null && CelBuilder.TypeName(qualified) is { } type ? type : build.Field(node, name);
                }
            }
            else if (tokens.Take("["))
            {
                var index = Expression();
                tokens.Expect("]");
                node = build.Index(node, index);
                qualified = null;
            }
            else
            {
                return node;
            }
        }
    }

    private CelNode Method(CelNode target, string name) =>
        name is "all" or "exists" or "exists_one" or "filter" or "map" && tokens.Following.Text == ","
            ? Macro(target, name)
            : build.Call(name, true, [target, .. Arguments(")")]);

    private CelNode Macro(CelNode target, string name)
    {
        var variable = tokens.Identifier();
        tokens.Expect(",");
        var item = build.Declare(variable, target, name);
        var body = Expression();
        var result = name == "map" && tokens.Take(",") ? Expression() : null;
        build.Forget();
        tokens.Expect(")");
        return build.Macro(name, target, variable, item, body, result);
    }

    private CelNode Primary(out string? qualified)
    {
        qualified = null;
        if (tokens.Take("("))
        {
            var inner = Expression();
            tokens.Expect(")");
            return inner;
        }
        if (tokens.Take("["))
        {
            return build.List(Arguments("]", mayEndWithComma: true));
        }
        if (tokens.Take("{"))
        {
            return Map();
        }
        if (Literal() is { } literal)
        {
            return literal;
        }
        var leadingDot = tokens.Take(".");
        var name = tokens.Identifier();
        if (Reserved.Contains(name))
        {
            throw tokens.Wrong($"'{name}' is a reserved word");
        }
        if (tokens.Take("("))
        {
            return name == "has" && !leadingDot ? Has() : build.Call(name, false, Arguments(")"));
        }
        if (leadingDot)
        {
            throw tokens.Wrong($"'.{name}' is not declared");
        }
        qualified = name;
        return build.Identifier(name);
    }

    private CelNode Has()
    {
        var argument = Expression();
        tokens.Expect(")");
        return build.Has(argument);
    }

    private CelNode Map()
    {
        var entries = new List<(CelNode Key, CelNode Value)>();
        if (tokens.Take(","))
        {
            tokens.Expect("}");
            return build.Map(entries);
        }
        while (!tokens.Take("}"))
        {
            var key = Expression();
            tokens.Expect(":");
            entries.Add((key, Expression()));
            if (!tokens.Take(","))
            {
                tokens.Expect("}");
                break;
            }
        }
        return build.Map(entries);
    }

    private CelNode[] Arguments(string end, bool mayEndWithComma = false)
    {
        var arguments = new List<CelNode>();
        if (!IsAt(end))
        {
            do
            {
                arguments.Add(Expression());
            } while (tokens.Take(",") && !(mayEndWithComma && tokens.Current.Text == end));
        }
        else if (mayEndWithComma)
        {
            tokens.Take(",");
        }
        tokens.Expect(end);
        return [.. arguments];

        // cel-go takes a lone comma as well.
        bool IsAt(string end) => tokens.Current.Text == end || (mayEndWithComma && tokens.Current.Text == ",");
    }

    private CelLiteral? Literal()
    {
        var negative = StandsBeforeNumber() && tokens.Take("-");
        var token = tokens.Current;
        var (type, value) = token.Kind switch
        {
            CelTokenKind.Int => (CelType.Int, CelLiterals.Int(token.Text, negative)),
            CelTokenKind.Uint => (CelType.Uint, CelLiterals.Uint(token.Text)),
            CelTokenKind.Float => (CelType.Double, CelLiterals.Double(token.Text, negative)),
            CelTokenKind.String => (CelType.String, CelLiterals.String(token.Text)),
            CelTokenKind.Bytes => (CelType.Bytes, CelLiterals.Bytes(token.Text)),
            CelTokenKind.Name when token.Text is "true" or "false" => (CelType.Bool, token.Text == "true"),
            CelTokenKind.Name when token.Text == "null" => (CelType.Null, null),
            _ => ((CelType?)null, (object?)null),
        };
        if (type is null)
        {
            return null;
        }
        tokens.Read();
        return value is null && type != CelType.Null
            ? throw tokens.Wrong($"{type} '{token.Text}' is out of range")
            : new CelLiteral(type, value);
    }
}
