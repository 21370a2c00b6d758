namespace Sidecar.Cel;

/// <summary>A checked part of an expression: its type when it is read, and the function that evaluates it.</summary>
internal record CelNode(CelType Type, Func<CelScope, object?> Evaluate);

/// <summary>A literal. A pattern that is one is compiled once.</summary>
internal sealed record CelLiteral(CelType Type, object? Value) : CelNode(Type, _ => Value);

/// <summary>A field, whose presence <c>has</c> tests without reading it.</summary>
internal sealed record CelField(CelNode Operand, string Name, CelType Type)
    : CelNode(Type, scope => CelMaps.Select(Operand.Evaluate(scope), Name));
