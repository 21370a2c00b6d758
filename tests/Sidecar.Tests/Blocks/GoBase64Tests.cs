using System.Text;
using Sidecar.Go;

namespace Sidecar.Tests.Blocks;

public sealed class GoBase64Tests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("aGk=", "hi")]
    [InlineData("aG\r\nk=\n", "hi")]
    [InlineData("aA=\n=", "h")]
    [InlineData("aGlp", "hii")]
    public void Base64_is_decoded(string text, string decoded)
    {
        Assert.Equal(decoded, Encoding.UTF8.GetString(GoBase64.TryDecode(text, out var illegal)!));
        Assert.Equal(-1, illegal);
    }

    [Theory]
    [InlineData("aGk", 0)]
    [InlineData("aGlpaG", 4)]
    [InlineData("aG\nk", 1)]
    [InlineData("aG k", 2)]
    [InlineData("aGü=", 2)]
    [InlineData("=", 0)]
    [InlineData("a=", 1)]
    [InlineData("aA=", 3)]
    [InlineData("aA=\nk", 3)]
    [InlineData("aGk=\nx", 5)]
    [InlineData("aA==x", 4)]
    [InlineData("aGk==", 4)]
    public void The_first_illegal_byte_is_the_one_that_Go_names(string text, int expected)
    {
        Assert.Null(GoBase64.TryDecode(text, out var illegal));
        Assert.Equal(expected, illegal);
    }
}
