using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sidecar.Go;

namespace Sidecar.Tests.Blocks;

public sealed class GoJsonEncoderTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("plain 'text' + `more` / ~\u007f", "plain 'text' + `more` / ~\u007f")]
    [InlineData("\"quoted\" \\ <b>&</b>", "\\\"quoted\\\" \\\\ \\u003cb\\u003e\\u0026\\u003c/b\\u003e")]
    [InlineData("\0\b\t\n\f\r\u001f", "\\u0000\\b\\t\\n\\f\\r\\u001f")]
    [InlineData("grün, 日本, \u00a0 \u3000 \ue000 😀", "grün, 日本, \u00a0 \u3000 \ue000 😀")]
    [InlineData("😀 < \u2028 ü \u2029", "😀 \\u003c \\u2028 ü \\u2029")]
    public void A_text_is_escaped_as_Go_escapes_it(string text, string escaped)
    {
        Assert.Equal($"\"{escaped}\"", JsonSerializer.Serialize(text, GoJsonEncoder.SerializerOptions));
        var parsed = JsonNode.Parse(JsonSerializer.Serialize(text));
        var bytes = JsonSerializer.SerializeToUtf8Bytes(parsed, GoJsonEncoder.SerializerOptions);
        Assert.Equal($"\"{escaped}\"", Encoding.UTF8.GetString(bytes));
    }

    [Fact]
    public void Half_of_a_surrogate_pair_becomes_the_replacement_character() =>
        Assert.Equal("\"a\\ufffd😀\"", JsonSerializer.Serialize("a\ud800😀", GoJsonEncoder.SerializerOptions));

    [Fact]
    public void A_body_of_the_greatest_depth_can_be_written_in_an_envelope()
    {
        var body = new string('[', GoJsonScanner.MaxDepth) + new string(']', GoJsonScanner.MaxDepth);
        var envelope = new JsonObject
        {
            ["data"] = JsonNode.Parse(body, null, new JsonDocumentOptions { MaxDepth = GoJsonScanner.MaxDepth }),
        };
        Assert.Equal($"{{\"data\":{body}}}", JsonSerializer.Serialize(envelope, GoJsonEncoder.SerializerOptions));
    }
}
