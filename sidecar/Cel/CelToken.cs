namespace Sidecar.Cel;

internal enum CelTokenKind
{
    Space,
    Float,
    Uint,
    Int,
    Bytes,
    String,
    Name,
    Operator,
    End,
}

internal readonly record struct CelToken(CelTokenKind Kind, string Text, int Position);
