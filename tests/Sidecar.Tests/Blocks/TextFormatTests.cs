using System.Text;
using System.Text.Json;
using Sidecar.Go;

namespace Sidecar.Tests.Blocks;

public sealed class TextFormatTests
{
    [Theory]
    [InlineData("1h2m3.5s", 3723.5)]
    [InlineData("300ms", 0.3)]
    [InlineData("-1.5h", -5400)]
    [InlineData("5", 5)]
    [InlineData("0", 0)]
    [InlineData("10us", 0.00001)]
    public void A_duration_in_Gos_format_is_parsed(string text, double seconds)
    {
        Assert.True(GoDuration.TryParse(text, out var duration));
        Assert.Equal(seconds, duration.TotalSeconds, 9);
    }

    [Theory]
    [InlineData("")]
    [InlineData("soon")]
    [InlineData("1x")]
    [InlineData("h")]
    [InlineData("NaN")]
    [InlineData("1e300")]
    [InlineData("999999999h")]
    public void An_invalid_duration_is_refused(string text) => Assert.False(GoDuration.TryParse(text, out _));

    [Theory]
    [InlineData("0", null)]
    [InlineData("-0", null)]
    [InlineData("2562047h47m16.8s", null)]
    [InlineData(".5s", null)]
    [InlineData("1.h", null)]
    [InlineData("5", "time: missing unit in duration \"5\"")]
    [InlineData("1h5", "time: missing unit in duration \"1h5\"")]
    [InlineData("5 s", "time: unknown unit \" s\" in duration \"5 s\"")]
    [InlineData(" 5s", "time: invalid duration \" 5s\"")]
    [InlineData("+-5s", "time: invalid duration \"+-5s\"")]
    [InlineData("", "time: invalid duration \"\"")]
    [InlineData("-", "time: invalid duration \"-\"")]
    [InlineData(".s", "time: invalid duration \".s\"")]
    [InlineData("2562048h", "time: invalid duration \"2562048h\"")]
    [InlineData("2562047h60m", "time: invalid duration \"2562047h60m\"")]
    public void An_exact_duration_is_parsed_as_Go_does(string text, string? problem) =>
        Assert.Equal(problem, GoDuration.ProblemOf(text, out _));

    [Theory]
    [InlineData("2030-01-31T10:00:00Z", "2030-01-31T10:00:00+00:00")]
    [InlineData("2030-01-31T9:00:00.123456789+02:00", "2030-01-31T09:00:00.1234567+02:00")]
    [InlineData("2030-01-31T10:00:00,5Z", "2030-01-31T10:00:00.5+00:00")]
    [InlineData("2030-01-31", null)]
    [InlineData("2030-01-31T10:00:00", null)]
    [InlineData("2030-01-31 10:00:00Z", null)]
    [InlineData("2030-02-30T10:00:00Z", null)]
    [InlineData("2030-01-31T24:00:00Z", null)]
    [InlineData("2030-01-31T10:00:00z", null)]
    public void A_time_is_parsed_as_Go_does(string text, string? time)
    {
        DateTimeOffset? expected = time is null ? null : DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(expected, GoTime.Parse(text));
        Assert.Equal(expected?.Offset, GoTime.Parse(text)?.Offset);
    }

    [Theory]
    [InlineData("4Mi", 4L << 20)]
    [InlineData("500k", 500_000)]
    [InlineData("1048576", 1 << 20)]
    [InlineData("1.5Gi", 3L << 29)]
    public void A_byte_size_is_parsed(string text, long bytes)
    {
        Assert.True(ByteSize.TryParse(text, out var read));
        Assert.Equal(bytes, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("much")]
    [InlineData("4Xi")]
    [InlineData("-1")]
    public void An_invalid_byte_size_is_refused(string text) => Assert.False(ByteSize.TryParse(text, out _));

    [Theory]
    [InlineData("0", "0")]
    [InlineData("-0.0", "-0")]
    [InlineData("100", "100")]
    [InlineData("0.1", "0.1")]
    [InlineData("1e20", "100000000000000000000")]
    [InlineData("1e21", "1e+21")]
    [InlineData("1.5e-7", "1.5e-7")]
    [InlineData("0.000001", "0.000001")]
    [InlineData("123456.789", "123456.789")]
    [InlineData("9007199254740993", "9007199254740992")]
    public void Numbers_are_encoded_as_Go_does(string given, string encoded)
    {
        using var json = JsonDocument.Parse(given);
        Assert.Equal(encoded, Encoding.UTF8.GetString(GoJson.Encode(json.RootElement).Span));
    }

    [Theory]
    [InlineData("", "EOF")]
    [InlineData("   ", "EOF")]
    [InlineData("{", "unexpected EOF")]
    [InlineData("[1,]", "invalid character ']' looking for beginning of value")]
    [InlineData("{a:1}", "invalid character 'a' looking for beginning of object key string")]
    [InlineData("{\"a\" 1}", "invalid character '1' after object key")]
    [InlineData("{\"a\":1 2}", "invalid character '2' after object key:value pair")]
    [InlineData("[1 2]", "invalid character '2' after array element")]
    [InlineData("nul", "unexpected EOF")]
    [InlineData("nulx", "invalid character 'x' in literal null (expecting 'l')")]
    [InlineData("-x", "invalid character 'x' in numeric literal")]
    [InlineData("1.x", "invalid character 'x' after decimal point in numeric literal")]
    [InlineData("\"a\nb\"", "invalid character '\\n' in string literal")]
    [InlineData("\"\\q\"", "invalid character 'q' in string escape code")]
    public void Invalid_JSON_is_reported_with_Gos_message(string text, string problem) =>
        Assert.Equal(problem, Assert.Throws<FormatException>(() => GoJsonBody.Parse(Encoding.UTF8.GetBytes(text))).Message);

    [Fact]
    public void Text_after_the_first_JSON_value_is_ignored()
    {
        using var json = GoJsonBody.Parse("[1] and more"u8);
        Assert.Equal(1, json.RootElement.GetArrayLength());
    }

    [Fact]
    public void JSON_nested_too_deeply_is_refused() =>
        Assert.Equal(
            "exceeded max depth",
            Assert.Throws<FormatException>(() => GoJsonBody.Parse(Encoding.ASCII.GetBytes(new string('[', 100_000)))).Message
        );
}
