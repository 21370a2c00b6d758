using System.Text.Json.Nodes;

namespace Sidecar.Cel;

/// <summary>
/// A compiled expression of the Common Expression Language: its standard library and macros, with the type check that cel-go makes when it
/// compiles. A name that is not declared is a variable of any type, as in daprd. Source: the CEL language definition.
/// </summary>
internal sealed class CelExpression
{
    private readonly CelNode root;

    private CelExpression(string text, CelNode root)
    {
        Text = text;
        this.root = root;
    }

    public string Text { get; }

    /// <exception cref="CelException">The syntax or the types are wrong; the message says where.</exception>
    public static CelExpression Parse(string text) => new(text, new CelParser(text.Trim()).Parse());

    /// <summary>True if the expression is true with <paramref name="value"/> bound to <paramref name="name"/>.</summary>
    /// <exception cref="CelException">The evaluation failed, or the result is no bool.</exception>
    public bool Holds(string name, JsonObject value) => Holds(new CelScope(name, value, null));

    /// <summary>Like <see cref="Holds(string, JsonObject)"/>, with several integers by name.</summary>
    public bool Holds(params ReadOnlySpan<(string Name, long Value)> numbers)
    {
        CelScope? scope = null;
        foreach (var (name, value) in numbers)
        {
            scope = new CelScope(name, value, scope);
        }
        return Holds(scope!);
    }

    private bool Holds(CelScope scope) =>
        root.Evaluate(scope) switch
        {
            bool holds => holds,
            CelError error => throw new CelException($"'{Text}' failed: {error.Message}"),
            _ => throw new CelException($"'{Text}' does not return true or false"),
        };
}

/// <summary>A variable and those declared outside it.</summary>
internal sealed record CelScope(string Name, object? Value, CelScope? Outer)
{
    public object? Find(string name)
    {
        for (var scope = this; scope is not null; scope = scope.Outer)
        {
            if (scope.Name == name)
            {
                return scope.Value;
            }
        }
        return new CelError($"undeclared reference to '{name}'");
    }
}
