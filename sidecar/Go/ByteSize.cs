using System.Globalization;

namespace Sidecar.Go;

/// <summary>Parses byte sizes in Kubernetes' format: <c>4Mi</c>, <c>500k</c>, <c>1048576</c>.</summary>
internal static class ByteSize
{
    public static bool TryParse(string text, out long bytes)
    {
        var digits = text.AsSpan().TrimEnd("KMGTkiB");
        var factor = text.AsSpan(digits.Length) switch
        {
            "" or "B" => 1L,
            "k" or "K" => 1000L,
            "Ki" or "KiB" => 1L << 10,
            "M" => 1_000_000L,
            "Mi" or "MiB" => 1L << 20,
            "G" => 1_000_000_000L,
            "Gi" or "GiB" => 1L << 30,
            _ => 0L,
        };
        var valid =
            double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && factor > 0
            && number >= 0;
        bytes = valid ? (long)(number * factor) : 0;
        return valid;
    }
}
