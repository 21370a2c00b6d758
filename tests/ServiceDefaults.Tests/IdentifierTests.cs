using ServiceDefaults.Refusals;
using ServiceDefaults.Requests;

namespace ServiceDefaults.Tests;

public sealed class IdentifierTests
{
    [Theory]
    [InlineData("product-1")]
    [InlineData("0198f0c2a7b97c3e8d0e")]
    [InlineData("Grüner Tee")]
    [InlineData("お茶")]
    [InlineData("auth0|507f1f77bcf86cd799439011")]
    [InlineData("a@b.example:8~x_y")]
    public void Words_of_any_script_are_ids(string id) => Assert.True(Identifier.IsValid(id));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(" x")]
    [InlineData("x ")]
    [InlineData("x||y")]
    [InlineData("x/y")]
    [InlineData("x\\y")]
    [InlineData("x?y")]
    [InlineData("x#y")]
    [InlineData("%0a")]
    [InlineData("%23")]
    [InlineData("x\ny")]
    [InlineData("x\r\ny")]
    [InlineData("x\0y")]
    [InlineData("x\u2028y")]
    [InlineData("x\u202Ey")]
    [InlineData("<x>")]
    [InlineData(".")]
    [InlineData("..")]
    public void An_id_with_syntax_of_keys_paths_or_lines_is_invalid(string? id)
    {
        Assert.False(Identifier.IsValid(id));
        Assert.Equal(
            (RefusalKind.Invalid, "product-id-invalid"),
            (Identifier.Check(id, "productId", "product-id-invalid")!.Kind, Identifier.Check(id, "productId", "product-id-invalid")!.Code)
        );
    }

    [Fact]
    public void An_id_with_half_a_surrogate_pair_is_invalid() => Assert.False(Identifier.IsValid($"x{(char)0xD800}y"));

    [Fact]
    public void An_id_has_at_most_100_characters()
    {
        Assert.True(Identifier.IsValid(new string('x', 100)));
        Assert.False(Identifier.IsValid(new string('x', 101)));
    }

    [Theory]
    [InlineData("line one\nline two", true)]
    [InlineData("tab\there", true)]
    [InlineData("bell\a", false)]
    [InlineData("escape\u001b[31m", false)]
    public void A_note_may_have_lines_but_no_control_characters(string note, bool valid) =>
        Assert.Equal(valid, VisibleText.IsValid(note, 100, multiline: true));

    [Theory]
    [InlineData("می‌خواهم")] // a zero-width non-joiner is part of the word
    [InlineData("👩‍🍳")]
    public void Joiners_are_part_of_words(string text) => Assert.True(VisibleText.IsValid(text, 100));
}
