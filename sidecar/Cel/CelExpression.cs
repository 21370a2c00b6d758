using System.Text.Json.Nodes;

namespace Sidecar.Cel;

/// <summary>
/// A compiled expression of the Common Expression Language, as far as routing rules use it: literals, fields, indexes, arithmetic,
/// comparison, logic, <c>in</c>, the conditional, lists, maps, the string functions and the macros <c>has</c>, <c>all</c>,
/// <c>exists</c>, <c>size</c>. Source: the CEL language definition.
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

    /// <exception cref="CelException">The text is no expression; the message says where.</exception>
    public static CelExpression Parse(string text) => new(text, new CelParser(text).Parse());

    /// <summary>Whether the expression holds with <paramref name="value"/> bound to <paramref name="name"/>.</summary>
    /// <exception cref="CelException">A field is missing, types do not fit, or the result is no truth value.</exception>
    public bool Holds(string name, JsonObject value) => Holds(new CelScope(name, CelValue.From(value), null));

    /// <summary>As <see cref="Holds(string, JsonObject)"/>, with several whole numbers by name.</summary>
    public bool Holds(params ReadOnlySpan<(string Name, long Value)> numbers)
    {
        CelScope? scope = null;
        foreach (var (name, value) in numbers)
        {
            scope = new CelScope(name, value, scope);
        }
        return Holds(scope!);
    }

    private bool Holds(CelScope scope)
    {
        try
        {
            return root(scope) is bool holds
                ? holds
                : throw new CelException($"'{Text}' does not yield true or false");
        }
        catch (OverflowException)
        {
            throw new CelException($"'{Text}' leaves the range of whole numbers");
        }
        catch (System.Text.RegularExpressions.RegexMatchTimeoutException)
        {
            throw new CelException($"'{Text}' takes too long to match");
        }
        catch (System.Text.RegularExpressions.RegexParseException e)
        {
            throw new CelException($"'{Text}' has a pattern that can't be read: {e.Message}");
        }
    }
}

/// <summary>An expression that can't be read or can't be evaluated.</summary>
internal sealed class CelException(string message) : Exception(message);

internal delegate object? CelNode(CelScope scope);

internal sealed record CelScope(string Name, object? Value, CelScope? Outer)
{
    public object? Find(string name)
        => name == Name ? Value : Outer is not null ? Outer.Find(name) : throw new CelException($"undeclared reference to '{name}'");
}
