namespace Sidecar.Cel;

/// <summary>
/// Arithmetic. Types do not mix: <c>event.data.n * 2</c> fails, because JSON numbers are doubles. Integers that overflow are an error.
/// </summary>
internal static class CelArithmetic
{
    public static object Negate(object? value) =>
        value switch
        {
            long number => Checked(() => checked(-number)),
            double number => -number,
            CelDuration duration => Checked(() => new CelDuration(checked(-duration.Nanoseconds))),
            _ => CelError.NoOverload("-"),
        };

    public static object Add(object? left, object? right) =>
        (left, right) switch
        {
            (long a, long b) => Checked(() => checked(a + b)),
            (ulong a, ulong b) => Checked(() => checked(a + b)),
            (double a, double b) => a + b,
            (string a, string b) => a + b,
            (byte[] a, byte[] b) => (byte[])[.. a, .. b],
            (object?[] a, object?[] b) => (object?[])[.. a, .. b],
            (CelDuration a, CelDuration b) => Checked(() => new CelDuration(checked(a.Nanoseconds + b.Nanoseconds))),
            (DateTimeOffset a, CelDuration b) => CelTimes.Add(a, b.Nanoseconds),
            (CelDuration a, DateTimeOffset b) => CelTimes.Add(b, a.Nanoseconds),
            _ => CelError.NoOverload("+"),
        };

    public static object Subtract(object? left, object? right) =>
        (left, right) switch
        {
            (long a, long b) => Checked(() => checked(a - b)),
            (ulong a, ulong b) => Checked(() => checked(a - b)),
            (double a, double b) => a - b,
            (CelDuration a, CelDuration b) => Checked(() => new CelDuration(checked(a.Nanoseconds - b.Nanoseconds))),
            (DateTimeOffset a, CelDuration b) => CelTimes.Add(a, -(Int128)b.Nanoseconds),
            (DateTimeOffset a, DateTimeOffset b) => Checked(() => new CelDuration(checked((a - b).Ticks * 100))),
            _ => CelError.NoOverload("-"),
        };

    public static object Multiply(object? left, object? right) =>
        (left, right) switch
        {
            (long a, long b) => Checked(() => checked(a * b)),
            (ulong a, ulong b) => Checked(() => checked(a * b)),
            (double a, double b) => a * b,
            _ => CelError.NoOverload("*"),
        };

    public static object Divide(object? left, object? right) =>
        (left, right) switch
        {
            (long, 0L) or (ulong, 0UL) => new CelError("division by zero"),
            (long a, long b) => Checked(() => a / b),
            (ulong a, ulong b) => a / b,
            (double a, double b) => a / b,
            _ => CelError.NoOverload("/"),
        };

    public static object Modulo(object? left, object? right) =>
        (left, right) switch
        {
            (long, 0L) or (ulong, 0UL) => new CelError("modulus by zero"),
            (long a, long b) => Checked(() => a % b),
            (ulong a, ulong b) => a % b,
            _ => CelError.NoOverload("%"),
        };

    private static object Checked<T>(Func<T> operation)
        where T : struct
    {
        try
        {
            return operation();
        }
        catch (OverflowException)
        {
            return new CelError("integer overflow");
        }
    }
}
