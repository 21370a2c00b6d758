namespace Sidecar.Cel;

/// <summary>An expression that cannot be parsed, or whose evaluation failed.</summary>
internal sealed class CelException(string message) : Exception(message);

/// <summary>
/// A failed evaluation. It is a value because <c>||</c> and <c>&amp;&amp;</c> absorb it, and an exception costs more than the evaluation.
/// </summary>
internal sealed record CelError(string Message)
{
    public static CelError NoOverload(string function) => new($"no such overload for '{function}'");
}
